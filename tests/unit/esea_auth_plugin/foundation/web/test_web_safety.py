"""The outermost layers: unknown hosts, oversized bodies, CSRF, remaining path segments, deferred writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPForbidden
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from sqlalchemy import String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from tests.raw_requests import call
from webtest import TestApp

from esea_auth_plugin.foundation.database import IDatabase, make_metadata
from esea_auth_plugin.resources import HostRoot, PortalRoot, host_root
from esea_auth_plugin.services import find

HTTPS = {"HTTP_HOST": "portail.exemple.fr", "wsgi.url_scheme": "https"}


class Base(DeclarativeBase):
    metadata = make_metadata()  # of its own: the plugin's tables all belong to a branch


class Trace(Base):
    __tablename__ = "essai_trace"
    word: Mapped[str] = mapped_column(String(20), primary_key=True)


def show(context: Any, request: Any) -> Response:
    return Response(f"{request.scheme} {get_csrf_token(request)}")


def act(context: Any, request: Any) -> Response:
    request.dbsession.add(Trace(word="fait"))
    return Response("fait", status=409)  # returning commits, whatever the status


def refuse(context: Any, request: Any) -> Response:
    request.dbsession.add(Trace(word="defait"))
    request.defer_write(lambda session: session.add(Trace(word="trace")))
    raise HTTPForbidden


def write_on_get(context: Any, request: Any) -> Response:
    request.dbsession.add(Trace(word="interdit"))
    request.dbsession.flush()
    return Response("?")


def uploaded(context: Any, request: Any) -> Response:
    told = [f"{name}={getattr(value, 'raw', value)!r}" for name, value in request.POST.items() if name != "csrf_token"]
    return Response(" ".join(told))


class CardRoot(HostRoot):
    """The root of another host name."""

    serves = "card"


@pytest.fixture
def config(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    from esea_auth_plugin.foundation.security.keyring import create_key_file

    key = tmp_path / "cles"
    create_key_file(key, datetime(2026, 11, 23, tzinfo=UTC))
    settings = {
        "portal.env": "test",
        "portal.url": "https://portail.exemple.fr",
        "portal.hosts": "carte.exemple.fr = card",
        "portal.database_url": f"sqlite:///{tmp_path / 'web.sqlite'}",
        "portal.secret_keys": f"file:{key}",
        "portal.max_body_bytes": "2048",
    }
    for marker in request.node.iter_markers("settings"):
        settings.update(marker.kwargs)
    config = Configurator(settings=settings, root_factory=lambda request: host_root(request) or PortalRoot(request))
    for package in ("directives", "settings", "foundation.security", "foundation.database", "foundation.web"):
        config.include(f"esea_auth_plugin.{package}")
    config.add_portal_root("card", CardRoot)
    config.add_view(show, context=CardRoot, name="lire", permission=NO_PERMISSION_REQUIRED)
    config.add_route("machine", "/machine")
    config.add_view(show, route_name="machine", permission=NO_PERMISSION_REQUIRED)
    free = {"context": PortalRoot, "permission": NO_PERMISSION_REQUIRED}
    config.add_view(show, **free)
    config.add_view(act, name="act", request_method="POST", **free)
    config.add_view(uploaded, name="upload", request_method="POST", multipart=True, **free)
    config.add_view(refuse, name="refuse", request_method="POST", **free)
    config.add_view(write_on_get, name="write", **free)
    config.add_view(show, name="open", subpath=True, **free)
    config.add_view(show, name="unnamed", context=PortalRoot)
    config.commit()
    Trace.__table__.create(find(config, IDatabase).engine)  # type: ignore[attr-defined]
    yield config
    find(config, IDatabase).engine.dispose()


@pytest.fixture
def app(config: Any) -> TestApp:
    return TestApp(config.make_wsgi_app(), extra_environ=HTTPS)


def token(app: TestApp) -> str:
    return str(app.get("/").text.split()[1])


def words(config: Any) -> set[str]:
    with find(config, IDatabase).reading() as session:
        return set(session.scalars(select(Trace.word)))


@pytest.mark.parametrize("host", ["pirate.exemple", "portail.exemple.fr.pirate.exemple", "", "portail.exemple.fr:81"])
def test_an_unknown_host_is_a_400_whatever_is_forwarded(app: TestApp, host: str) -> None:
    answer = app.get(
        "/", headers={"X-Forwarded-Host": "portail.exemple.fr"}, extra_environ={"HTTP_HOST": host}, status=400
    )
    assert "pirate" not in answer.text


def test_the_configured_hosts_are_answered_and_the_scheme_is_that_of_the_settings(app: TestApp) -> None:
    assert app.get("/lire", extra_environ={"HTTP_HOST": "carte.exemple.fr"}).status_int == 200
    assert app.get("/", headers={"X-Forwarded-Proto": "http"}).text.startswith("https ")


@pytest.mark.parametrize("path", ["/", "/open", "/unnamed", "/machine"])
def test_a_host_with_a_root_of_its_own_serves_nothing_of_the_portal(app: TestApp, path: str) -> None:
    app.get(path, extra_environ={"HTTP_HOST": "carte.exemple.fr"}, status=404)


def test_the_portal_serves_no_place_of_another_host_s_root(app: TestApp) -> None:
    app.get("/lire", status=404)
    assert app.get("/machine").status_int == 200


def test_a_host_whose_factory_gives_the_portal_s_root_all_the_same_serves_nothing(config: Any) -> None:
    config.set_root_factory(PortalRoot)
    config.commit()
    app = TestApp(config.make_wsgi_app(), extra_environ={**HTTPS, "HTTP_HOST": "carte.exemple.fr"})
    for path in ("/", "/open", "/lire", "/machine"):
        app.get(path, status=404)


def test_every_answer_has_the_security_headers(app: TestApp) -> None:
    for answer in (app.get("/"), app.get("/", extra_environ={"HTTP_HOST": "x"}, status=400)):
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_cookies_are_host_bound_secure_and_out_of_reach_of_scripts(app: TestApp) -> None:
    (cookie,) = app.get("/").headers.getall("Set-Cookie")
    assert cookie.startswith("__Host-formulaire=")
    for part in ("; Path=/", "; secure", "; HttpOnly", "; SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_body_over_the_cap_or_without_readable_length_is_refused(app: TestApp) -> None:
    assert app.post("/act", {"x": "y" * 3000}, status=413)
    careless = TestApp(app.app, lint=False, extra_environ=HTTPS)  # a server that passes anything on
    assert careless.post("/act", "x", headers={"Content-Length": "-1"}, status=400)


FILES = [("file", "nom.txt", b"content")]


def test_multipart_reaches_only_the_view_that_declares_it(app: TestApp, config: Any) -> None:
    right = token(app)
    app.post("/act", {"csrf_token": right}, upload_files=FILES, status=415)
    assert words(config) == set()
    answer = app.post("/upload", {"csrf_token": right, "a": "é"}, upload_files=FILES)
    assert answer.text == "a='é' file=b'content'"


def test_a_view_that_declares_multipart_still_asks_for_the_token(app: TestApp) -> None:
    token(app)
    app.post("/upload", {"csrf_token": "faux"}, upload_files=FILES, status=400)
    app.post("/upload", {}, upload_files=FILES, status=400)


PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x--\r\n--x",
        PART + b"no end",
        PART + b"\xff\r\n--x--\r\n",
        PART + b"a\x00\r\n--x--\r\n",
        (PART + b"\r\n") * 250 + b"--x--\r\n",
        PART.replace(b'name="a"', b'name="' + b"a" * 300 + b'"') + b"\r\n--x--\r\n",
        PART.replace(b'name="a"', b'filename="a"') + b"\r\n--x--\r\n",
        PART.replace(b"form-data", b"attachment") + b"\r\n--x--\r\n",
        PART.replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain; charset=klingon\r\n\r\n") + b"\r\n--x--\r\n",
    ],
)
@pytest.mark.settings(**{"portal.max_body_bytes": "1048576"})
def test_malformed_multipart_is_a_400_where_multipart_is_declared(config: Any, body: bytes) -> None:
    answer = call(
        config.make_wsgi_app(),
        "POST",
        "/upload",
        body=body,
        content_type="multipart/form-data; boundary=x",
        environ={"HTTP_HOST": "portail.exemple.fr"},
    )
    assert answer.status == 400


@pytest.mark.parametrize("supplied", ["", "faux", None])
def test_a_post_without_the_right_token_does_nothing(app: TestApp, config: Any, supplied: str | None) -> None:
    token(app)
    app.post("/act", {} if supplied is None else {"csrf_token": supplied}, status=400)
    assert words(config) == set()


def test_a_token_read_in_another_browser_is_worth_nothing(app: TestApp, config: Any) -> None:
    thief = TestApp(app.app, extra_environ=HTTPS)
    token(app)
    app.post("/act", {"csrf_token": token(thief)}, status=400)
    assert words(config) == set()


def test_a_form_of_another_origin_is_refused_even_with_the_token(app: TestApp, config: Any) -> None:
    right = token(app)
    app.post("/act", {"csrf_token": right}, headers={"Origin": "https://pirate.exemple"}, status=400)
    app.post("/act", {"csrf_token": right}, headers={"Origin": "null"}, status=400)
    app.post("/act", {"csrf_token": right}, headers={"Sec-Fetch-Site": "cross-site"}, status=400)
    assert words(config) == set()
    app.post("/act", {"csrf_token": right}, headers={"Origin": "https://portail.exemple.fr"}, status=409)
    assert words(config) == {"fait"}


def test_what_outlives_a_refusal_is_written_and_the_rest_undone(app: TestApp, config: Any) -> None:
    app.post("/refuse", {"csrf_token": token(app)}, status=403)
    assert words(config) == {"trace"}


def test_a_get_cannot_write(app: TestApp, config: Any) -> None:
    with pytest.raises(Exception, match="readonly"):
        app.get("/write")
    assert words(config) == set()


@pytest.mark.parametrize("path", ["/open/reste", "/open"])
def test_a_view_that_says_so_takes_remaining_segments(app: TestApp, path: str) -> None:
    assert app.get(path).status_int == 200


@pytest.mark.parametrize("path", ["/act/reste", "/@@open", "/%40%40open", "/reste"])
def test_remaining_segments_and_second_spellings_are_not_found(app: TestApp, path: str) -> None:
    app.get(path, status=404)


def test_a_view_without_permission_is_denied(app: TestApp) -> None:
    # No policy at all would mean no checks: the host's own policy is judged in access/.
    class Nobody:
        def identity(self, request: Any) -> None:
            return None

        def authenticated_userid(self, request: Any) -> None:
            return None

        def permits(self, request: Any, context: Any, permission: str) -> bool:
            return permission == "essai.vu"

    config = Configurator(root_factory=PortalRoot, security_policy=Nobody(), settings=dict(app.app.registry.settings))
    for package in ("directives", "settings", "foundation.security", "foundation.database", "foundation.web"):
        config.include(f"esea_auth_plugin.{package}")
    config.add_portal_root("card", CardRoot)
    config.add_view(show, name="unnamed", context=PortalRoot)
    config.add_view(show, name="vu", context=PortalRoot, permission="essai.vu")
    other = TestApp(config.make_wsgi_app(), extra_environ=HTTPS)
    other.get("/unnamed", status=403)
    other.get("/vu")
    find(config, IDatabase).engine.dispose()

"""The portal as it is shipped: nginx over TLS, gunicorn, worker, PostgreSQL, a mail server that asks for STARTTLS."""

from __future__ import annotations

import html
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.interop.conftest import ROOT
from tests.interop.curl import Answer, Curl
from tests.interop.production import (
    BIN,
    MailServer,
    Production,
    admin,
    gunicorn_words,
    place_of,
    running,
    write_ini,
)
from tests.raw_requests import AMBIGUOUS, SMUGGLED, exchange, statuses

from esea_auth_plugin.foundation.security.clock import SystemClock
from esea_auth_plugin.testing.portal import PASSWORD
from host_app.demo.tls import Nginx, give_lists, proxy_secret, render, write_server_certificates

REVIEWER = "sophie.martin@support.example.fr"


@pytest.fixture(scope="module")
def production(machine: None, authority_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """Everything started once for the tests of this file."""
    folder = tmp_path_factory.mktemp("production")
    place = place_of(folder / "nginx")
    render(ROOT / "config" / "nginx", place, proxy_secret(place.folder))
    authority = write_server_certificates(place.folder / "tls", place.portal, place.card, SystemClock().now())
    give_lists(place, authority_folder)
    mail = MailServer(place.folder / "tls" / "portail.pem", place.folder / "tls" / "portail.key")
    mail.start()
    with ExitStack() as stack:
        stack.callback(mail.stop)
        ini = write_ini(folder, place, mail)
        admin(ini, "keys", "new")
        admin(ini, "migrate")
        stack.enter_context(running(ini, "worker", [str(BIN / "esea-admin"), str(ini), "worker"], authority))
        words = gunicorn_words(ini, place.upstream)
        stack.enter_context(running(ini, "gunicorn", words, authority, port=int(place.upstream.rpartition(":")[2])))
        stack.enter_context(Nginx(place.main, place.port))
        yield Production(place, authority, authority_folder / "cartes", ini, mail)


@pytest.fixture
def browser(production: Production, tmp_path: Path) -> Curl:
    """A browser without cookies."""
    return Curl(production, tmp_path)  # type: ignore[arg-type]


def token(page: Answer) -> str:
    """Return the page's CSRF token."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None, page.text[:2000]
    return html.unescape(found[1])


def send(browser: Curl, address: str, form: Mapping[str, str]) -> Answer:
    """Open a page and send its form back, with its token."""
    page = browser.get(address)
    assert page.status == 200, (page.status, page.location)
    return browser.post(address, {"csrf_token": token(page), **form})


def followed(browser: Curl, production: Production, answer: Answer) -> str:
    """Return the whole address that an answer redirects to."""
    assert answer.status in {302, 303}, (answer.status, re.sub(r"<[^>]+>", " ", answer.text)[:1500])
    return answer.location if answer.location.startswith("https://") else production.url + answer.location


def test_a_reviewer_is_invited_by_encrypted_mail_and_signs_in_over_tls(production: Production, browser: Curl) -> None:
    """Real processes, real argon2, three emails over STARTTLS."""
    production.admin("account", "invite", REVIEWER, "--role", "support")
    invitation = production.mail.wait(REVIEWER)
    (link,) = [link for link in invitation.links if "/inscription/invitation/" in link]
    assert link.startswith(production.url + "/"), "links name the portal's public address"
    assert set(production.mail.came_over) <= {"TLSv1.2", "TLSv1.3"} and production.mail.came_over

    page = browser.get(followed(browser, production, browser.get(link)))
    form: dict[str, Any] = {
        "civility": re.search(r'<option value="([^"]+)"[^>]*>Madame', page.text)[1],  # type: ignore[index]
        "last_name": "Martin",
        "first_name": "Sophie",
        "identifier": "sophie.martin",
        "password": PASSWORD,
        "password_again": PASSWORD,
        "terms": "oui",
        "csrf_token": token(page),
    }
    action = f"{production.url}/inscription/invitation"
    opened = browser.post(action, form)
    assert opened.location.endswith("/connexion"), re.sub(r"<[^>]+>", " ", opened.text)[:1500]

    otp = f"{production.url}/connexion/otp"
    asked = send(browser, otp, {"login": "sophie.martin", "password": PASSWORD})
    address = followed(browser, production, asked)
    code = production.mail.wait(REVIEWER, subject="code").code
    answer = send(browser, address, {"code": code})
    account = browser.get(f"{production.url}/compte")
    assert answer.status == 303 and account.status == 200
    assert account.headers["cache-control"] == ["no-store"]
    desk = browser.get(f"{production.url}/support")
    assert desk.status == 403 and "Ajoutez d’abord un dispositif" in desk.text, (
        "a reviewer needs more than a mailed code"
    )

    secret = link.rsplit("/", 1)[1]
    for name, text in production.logs().items():
        assert secret not in text and code not in text and PASSWORD not in text, name
    assert "/inscription/invitation/***" in production.logs()["portail.log"]


def test_one_reference_stands_in_the_proxy_s_log_the_portal_s_and_the_answer(
    production: Production, browser: Curl
) -> None:
    answer = browser.get(f"{production.url}/inexistante")
    (reference,) = answer.headers["x-request-id"]
    assert answer.status == 404 and len(reference) == 32
    logs = production.logs()
    assert f" {reference}" in logs["portail.log"]
    assert f"request={reference}" in logs["gunicorn.log"] and "GET /inexistante 404" in logs["gunicorn.log"]


def test_a_browser_does_not_choose_the_reference(production: Production, browser: Curl) -> None:
    chosen = "0123456789abcdef0123456789abcdef"
    answer = browser.ask(f"{production.url}/inexistante", "--header", f"X-Request-ID: {chosen}")
    assert answer.headers["x-request-id"] != [chosen]


def test_every_answer_carries_the_headers_once_and_names_no_software(production: Production, browser: Curl) -> None:
    cookies = []
    for path in ("/", "/connexion", "/connexion/otp", "/nulle-part", "/static/nulle-part.css"):
        answer = browser.get(production.url + path)
        cookies += answer.headers.get("set-cookie", [])
        for name in (
            "strict-transport-security",
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "permissions-policy",
        ):
            assert len(answer.headers.get(name, [])) == 1, (path, name, answer.headers)
        assert "unsafe" not in answer.headers["content-security-policy"][0]
        assert not re.search(r"\d", "".join(answer.headers.get("server", []))), "no version is told"
    assert cookies and all(re.match(r"__Host-.*; secure; HttpOnly", one, re.IGNORECASE) for one in cookies), cookies


def test_files_are_compressed_and_kept_and_pages_are_neither(production: Production, browser: Curl) -> None:
    """BREACH: a page holds a CSRF token beside what people typed."""
    page = browser.ask(f"{production.url}/connexion", "--header", "Accept-Encoding: gzip")
    assert "content-encoding" not in page.headers and page.headers["cache-control"] == ["no-store"]
    (sheet,) = re.findall(r'href="(/static/[^"]+\.css)"', page.text)[:1]
    found = browser.ask(production.url + sheet, "--header", "Accept-Encoding: gzip", "--output", "/dev/null")
    assert found.status == 200
    head = browser.ask(production.url + sheet, "--head", "--header", "Accept-Encoding: gzip")
    assert "max-age=31536000" in head.headers["cache-control"][0] or "immutable" in head.headers["cache-control"][0]


def test_what_is_not_for_the_public_stays_inside(production: Production, browser: Curl, tmp_path: Path) -> None:
    assert browser.get(f"{production.url}/metrics").status == 404
    assert browser.get(f"{production.url}/demo").status == 404
    health = browser.get(f"{production.url}/healthz")
    assert health.status == 200, health.text
    (tmp_path / "huge").write_bytes(b"login=" + b"x" * 1_200_000)
    huge = browser.ask(f"{production.url}/connexion/oubli/mot-de-passe", "--data", f"@{tmp_path / 'huge'}")
    assert huge.status == 413
    assert production.admin("audit", "verify")


def test_a_forged_address_of_the_browser_is_not_believed(production: Production, tmp_path: Path) -> None:
    """Twenty tries an hour from here, whatever X-Forwarded-For says."""
    statuses = []
    for number in range(22):
        somebody = Curl(production, tmp_path)  # type: ignore[arg-type]
        page = somebody.get(f"{production.url}/inscription/suivi")
        forged = [f"X-Forwarded-For: 203.0.113.{number}", f"Forwarded: for=203.0.113.{number}"]
        form = {"csrf_token": token(page), "reference": "DEM-AAAA-AAAA", "code": f"SUIVI-{number}"}
        statuses.append(somebody.post(f"{production.url}/inscription/suivi", form, headers=forged).status)
    assert statuses[:5] == [200] * 5 and statuses[-1] == 429, statuses


# --- what the servers refuse by themselves -----------------------------------------------------------------------


@pytest.mark.parametrize("server", ["gunicorn", "nginx"])
@pytest.mark.parametrize("ambiguous", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_a_request_whose_end_is_ambiguous_is_refused_and_the_connection_closed(
    production: Production, server: str, ambiguous: bytes
) -> None:
    host = production.place.portal
    sent = (ambiguous + SMUGGLED).replace(b"Host: localhost", b"Host: " + host.encode())
    if server == "gunicorn":
        answer = exchange(int(production.place.upstream.rpartition(":")[2]), sent)
    else:
        context = ssl.create_default_context(cafile=str(production.authority))
        answer = exchange(production.place.port, sent, context=context, name=host)
    # The smuggled request would be answered by a 404.
    assert statuses(answer) and set(statuses(answer)) <= {400, 501}, answer
    assert b"Traceback" not in answer

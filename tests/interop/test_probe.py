"""``doctor --probe`` attacks a running proxy: no finding when all holds, one for each thing that an operator broke."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.interop.front import Front

from esea_auth_plugin.commands.proxy import add_arguments, check_proxy
from esea_auth_plugin.commands.proxy.client import ProxyClient
from esea_auth_plugin.commands.proxy.probe import ProxyUnreachable, Target, probe
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.smtp import SmtpSink
from host_app.demo.tls.rendering import has_ipv6

Change = Callable[[str, str, str], None]


def target(front: Front) -> Target:
    """The proxy of the tests and the application behind it."""
    proxy = ProxyClient(f"127.0.0.1:{front.place.port}", front.authority)
    return Target(front.portal, front.card_host, proxy, f"127.0.0.1:{front.door.port}")


@pytest.fixture
def change(front: Front) -> Iterator[Change]:
    """``change("card.conf", old, new)`` breaks the running proxy until the test ends."""
    before = {path: path.read_text() for path in front.place.folder.glob("*/*.conf")}

    def broken(name: str, old: str, new: str) -> None:
        path = next(path for path in before if path.name == name)
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        front.nginx.reload_and_wait()

    yield broken
    for path, text in before.items():
        path.write_text(text)
    front.nginx.reload_and_wait()


def test_what_is_shipped_holds_under_every_attack(served: Portal, front: Front) -> None:
    tried, findings = probe(target(front))
    assert findings == []
    assert tried == 10


def test_doctor_does_both_by_the_settings_of_the_portal(
    served: Portal, front: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    """``esea-admin CONFIG doctor --proxy-config … --probe``: hosts and secret are read from the ini file."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    words = ["--proxy-config", str(front.place.main), "--probe", "--ca", str(front.authority)]
    words += ["--connect", f"127.0.0.1:{front.place.port}", "--application", f"127.0.0.1:{front.door.port}"]
    assert list(check_proxy(served.registry, parser.parse_args(words))) == []
    assert "10 attacks tried" in capsys.readouterr().out


@pytest.fixture
def another_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that nginx does not know."""
    monkeypatch.setenv("ANOTHER_SECRET", "un-autre-secret-que-celui-de-nginx")


@pytest.mark.settings(**{"esea_auth.cps_card.proxy_secret": "env:ANOTHER_SECRET"})
def test_a_secret_that_is_not_the_portal_s_is_told(another_secret: None, served: Portal, front: Front) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    found = list(check_proxy(served.registry, parser.parse_args(["--proxy-config", str(front.place.main)])))
    assert len(found) == 2
    assert "not the portal's own" in found[0]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("card.conf", "error_page 495 496 = @card_refused;", "", "nginx's English page"),
        ("card.conf", "ssl_verify_client optional;", "", "makes no difference"),
        ("card.conf", "$card_certificate;", "$http_x_ssl_client_cert;", "goes through at the card host"),
        ("card-proxy.conf", "$ssl_client_verify;", "$http_x_ssl_client_verify;", "at the card host"),
        ("card.conf", "keepalive_timeout 0;", "", "keeps connections open"),
        ("portal.conf", " ssl default_server;", " ssl http2 default_server;", "HTTP/2"),
        ("card.conf", "server_tokens off;", "", "reveals its version"),
    ],
)
def test_what_an_operator_broke_is_found(
    served: Portal, front: Front, change: Change, name: str, old: str, new: str, told: str
) -> None:
    change(name, old, new)
    _, findings = probe(target(front))
    assert [finding for finding in findings if told in finding], findings


def test_a_session_that_the_card_host_resumes_is_found(served: Portal, front: Front, change: Change) -> None:
    change("card.conf", "ssl_session_tickets off;", "ssl_session_tickets on;")
    change("card.conf", "ssl_session_cache off;", "ssl_session_cache shared:portal:10m;")
    _, findings = probe(target(front))
    assert [finding for finding in findings if "resumes sessions" in finding], findings


def test_a_proxy_that_serves_everything_everywhere_is_found(served: Portal, front: Front, change: Change) -> None:
    """Both names of the portal in one server, told to the application as the portal's."""
    name = f"{front.place.portal}:{front.place.port}"
    change("proxy.conf", f"$host:{front.place.port};", f"{name};")
    _, findings = probe(target(front))
    assert [finding for finding in findings if "a page of the portal" in finding], findings


def test_a_proxy_that_nobody_answers_at_is_told(front: Front) -> None:
    nobody = Target(front.portal, front.card_host, ProxyClient("127.0.0.1:1", front.authority))
    with pytest.raises(ProxyUnreachable, match="--connect"):
        probe(nobody)
    untrusted = Target(front.portal, front.card_host, ProxyClient(f"127.0.0.1:{front.place.port}"))
    with pytest.raises(ProxyUnreachable, match="--ca"):
        probe(untrusted)


def test_an_authority_file_that_cannot_be_read_is_told(front: Front, tmp_path: Path) -> None:
    for authority in (tmp_path / "missing.pem", front.place.main):
        proxy = ProxyClient(f"127.0.0.1:{front.place.port}", authority)
        with pytest.raises(ProxyUnreachable, match=f"--ca {authority}: "):
            probe(Target(front.portal, front.card_host, proxy))


def test_a_server_that_speaks_another_protocol_is_told(served: Portal, front: Front, smtp: SmtpSink) -> None:
    address = f"127.0.0.1:{smtp.port}"
    with pytest.raises(ProxyUnreachable, match="--connect"):
        probe(Target("http://localhost", "http://cps.localhost", ProxyClient(address)))
    # Nothing that speaks HTTP is reached without the proxy.
    assert probe(replace(target(front), application=address)) == (10, [])


@pytest.mark.parametrize("option", ["--connect", "--application"])
@pytest.mark.parametrize("address", ["localhost", "localhost:https", ":443", "localhost:0", "localhost:65536"])
def test_an_address_without_host_or_port_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, address: str
) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args([option, address])
    assert "is not HOST:PORT" in capsys.readouterr().err


def test_the_proxy_answers_on_both_families_of_addresses(echoing: Front) -> None:
    for address in ("127.0.0.1", *(["[::1]"] if has_ipv6() else [])):
        found = ProxyClient(f"{address}:{echoing.place.port}", echoing.authority).get(f"{echoing.card_host}/lire")
        assert found.status == 200

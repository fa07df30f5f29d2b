"""``doctor`` checks the proxy's configuration: no finding for what is shipped, one for each way to break it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.browser.conftest import need
from tests.interop.apache import program, render_apache
from tests.interop.front import Front

from esea_auth_plugin.commands.proxy import ExpectedSettings, check_config

ROOT = Path(__file__).parents[2]
SECRET = "SECRET"
Broken = Callable[..., list[str]]


@pytest.fixture
def nginx(front: Front, tmp_path: Path) -> Broken:
    """``findings = nginx("card.conf", old, new)``: the shipped configuration with one change."""
    folder = tmp_path / "nginx"
    shutil.copytree(
        front.place.folder, folder, ignore=lambda _, names: [each for each in names if each.endswith(".sock")]
    )
    for path in folder.rglob("*.conf"):
        path.write_text(path.read_text().replace(str(front.place.folder), str(folder)))

    def broken(name: str = "", old: str = "", new: str = "") -> list[str]:
        old = old.replace(SECRET, front.secret)
        if name:
            path = folder / ("conf.d" if name in {"card.conf", "portal.conf"} else "nginx") / name
            assert old in path.read_text()
            path.write_text(path.read_text().replace(old, new))
        return list(check_config(folder / "nginx.conf", ExpectedSettings("localhost", "cps.localhost", front.secret)))

    return broken


def test_nothing_is_wrong_with_what_is_shipped(nginx: Broken) -> None:
    assert nginx() == []


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("card.conf", "ssl_verify_client optional;", "ssl_verify_client optional_no_ca;", "self-signed look-alikes"),
        ("card.conf", "ssl_verify_client optional;", "ssl_verify_client on;", "gets an error"),
        ("card.conf", "ssl_verify_client optional;", "", "asks for no certificate"),
        ("card.conf", "ssl_verify_depth 2;", "", "ssl_verify_depth is 1"),
        ("card.conf", "ssl_verify_depth 2;", "ssl_verify_depth 9;", "ssl_verify_depth is 9"),
        ("card.conf", "ssl_session_tickets off;", "", "ssl_session_tickets"),
        ("card.conf", "ssl_session_cache off;", "ssl_session_cache shared:portal:10m;", "ssl_session_cache"),
        ("card.conf", "keepalive_timeout 0;", "", "keepalive_timeout"),
        ("card.conf", " ssl;", " ssl http2;", "HTTP/2"),
        ("portal.conf", " ssl default_server;", " ssl http2 default_server;", "HTTP/2"),
        ("card.conf", "error_page 495 496 = @card_refused;", "", "error_page 495 496"),
        ("card.conf", "error_page 495 496 =", "error_page 495 =", "error_page 495 496"),
        ("card.conf", "underscores_in_headers off;", "underscores_in_headers on;", "underscores_in_headers"),
        ("card.conf", "portal_card;\n", "combined;\n", "query strings"),
        ("card.conf", "$uri $server_protocol", "$request_uri $server_protocol", "query strings"),
        ("card.conf", "crit;", "error;", "error_log"),
        ("card.conf", "proxy_set_header X-SSL-Client-Cert         $card_certificate;", "", "no card reaches"),
        ("card.conf", "$card_certificate;\n        proxy", "$ssl_client_cert;\n        proxy", "line ends"),
        ("card.conf", "server_name cps.localhost;", "server_name other.localhost;", "card host is not served"),
        ("card.conf", "tls/carte.pem", "tls/portail.pem", "one certificate"),
        ("card-proxy.conf", "proxy_set_header X-SSL-Client-Verify  $ssl_client_verify;", "", "Verify"),
        ("secret.conf", SECRET, "another", "not the portal's own"),
        ("portal.conf", "ssl_session_tickets off;", "ssl_verify_client optional;", "only the card host may"),
        ("portal.conf", "server_name localhost;", "server_name other;", "portal's host is not served"),
        ("proxy.conf", 'proxy_set_header X-SSL-Client-Cert         "";', "", "X-SSL-Client-Cert is not emptied"),
        ("proxy.conf", 'proxy_set_header Client-Cert               "";', "", "Client-Cert is not"),
        ("proxy.conf", "X-Forwarded-For   $remote_addr", "X-Forwarded-For $proxy_add_x_forwarded_for", "overwritten"),
        ("portal.conf", "location = /metrics { return 404; }", "location /x { proxy_pass http://portal; }", "emptied"),
        (
            "card.conf",
            "error_page 495 496 =",
            "location /static/ { proxy_pass http://portal; }\n error_page 495 496 =",
            "is not set here",
        ),
        ("portal.conf", "location = /metrics {", "location = /metrics }", "can't be read"),
    ],
)
def test_each_way_to_break_it_is_told(nginx: Broken, name: str, old: str, new: str, told: str) -> None:
    findings = nginx(name, old, new)
    assert [finding for finding in findings if told in finding], findings


def test_a_card_host_that_is_no_host_of_its_own_is_told(nginx: Broken, tmp_path: Path) -> None:
    nginx("card.conf", "server_name cps.localhost;", "server_name other;")
    findings = nginx("portal.conf", "server_name localhost;", "server_name localhost cps.localhost;")
    assert [finding for finding in findings if "one server" in finding]


def test_lists_that_are_missing_and_lists_too_many_are_told(nginx: Broken, tmp_path: Path) -> None:
    lists = tmp_path / "nginx" / "cps" / "crl" / "toutes.pem"
    one = lists.read_text()
    lists.write_text(one.split("-----END X509 CRL-----\n", 1)[1])
    assert "5 revocation lists for 6 authorities" in nginx()[0]
    lists.write_text(one + one)
    assert "ORGANISATIONS" in nginx()[0]


def test_a_secret_that_everybody_may_read_is_told(nginx: Broken, tmp_path: Path) -> None:
    (tmp_path / "nginx" / "nginx" / "secret.conf").chmod(0o644)
    assert "everybody may read" in nginx()[0]


# --- Apache ------------------------------------------------------------------------------------------------------


@pytest.fixture
def apache(front: Front) -> Broken:
    """The same for the Apache variant, which only Apache itself can read."""
    need(program(), "Apache")
    folder = front.place.folder / "apache"
    main = render_apache(ROOT / "config" / "apache", front.place, front.secret)

    def broken(name: str = "", old: str = "", new: str = "") -> list[str]:
        old = old.replace(SECRET, front.secret)
        if name:
            assert old in (folder / name).read_text()
            (folder / name).write_text((folder / name).read_text().replace(old, new))
        return list(check_config(main, ExpectedSettings("localhost", "cps.localhost", front.secret)))

    return broken


def test_nothing_is_wrong_with_the_apache_variant(apache: Broken) -> None:
    assert apache() == []


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("card.conf", "SSLVerifyClient optional", "SSLVerifyClient optional_no_ca", "self-signed look-alikes"),
        ("card.conf", "SSLVerifyClient optional", "SSLVerifyClient require", "gets an error"),
        ("card.conf", "SSLVerifyClient optional", "", "asks for no certificate"),
        ("card.conf", "SSLVerifyDepth 2", "", "SSLVerifyDepth is 1"),
        ("card.conf", "SSLCARevocationCheck chain", "SSLCARevocationCheck leaf", "revoked"),
        ("card.conf", "SSLSessionTickets off", "", "SSLSessionTickets"),
        ("card.conf", "KeepAlive Off", "", "KeepAlive"),
        ("card.conf", "Protocols http/1.1", "Protocols h2 http/1.1", "h2"),
        ("card.conf", "SSLStrictSNIVHostCheck on", "", "SSLStrictSNIVHostCheck"),
        ("card.conf", "%m %U %H", "%r", "query strings"),
        ("card.conf", "LogLevel  crit", "LogLevel info", "LogLevel"),
        ("card.conf", "Use NoIdentityHeaders", "", "goes through"),
        ("card.conf", "RequestHeader set X-SSL-Client-Verify", "#", "does not set X-SSL-Client-Verify"),
        ("card.conf", "escape:%{SSL_CLIENT_CERT}", "escape:%{HTTP:X-Cert}", "not the certificate that Apache verified"),
        ("card.conf", "tls/carte.pem", "tls/portail.pem", "one certificate"),
        ("card.conf", "ServerName cps.localhost", "ServerName other.localhost", "not served here"),
        (
            "card.conf",
            "</VirtualHost>",
            "<Location /lire>\nSSLVerifyClient require\n</Location>\n</VirtualHost>",
            "1.3",
        ),
        ("headers.conf", "RequestHeader unset %a_%b_%c_%d early", "", "goes through"),
        ("portal.conf", "SSLVerifyClient none", "SSLVerifyClient optional", "only the card host may"),
        ("secret.conf", SECRET, "another", "not the portal's own"),
        ("portal.conf", "</VirtualHost>", "", "was not closed"),
    ],
)
def test_each_way_to_break_apache_is_told(apache: Broken, name: str, old: str, new: str, told: str) -> None:
    findings = apache(name, old, new)
    assert [finding for finding in findings if told in finding], findings

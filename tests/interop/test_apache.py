"""The Apache variant, run for real: what it lets through to the application is what nginx lets through."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from tests.browser.conftest import need
from tests.interop import apache
from tests.interop.curl import Curl
from tests.interop.front import Front
from tests.interop.test_transport import FORGED, spellings

from esea_auth_plugin.auth_modes.cps_card.settings import CardSettings
from esea_auth_plugin.auth_modes.cps_card.transport import Presented, presented
from esea_auth_plugin.testing import ports
from esea_auth_plugin.testing.processes import execute

ROOT = Path(__file__).parents[2]


@pytest.fixture
def behind_apache(echoing: Front) -> Iterator[Front]:
    """Apache in place of nginx, with nginx's certificates and lists."""
    need(apache.program(), "Apache")
    place = dataclasses.replace(echoing.place, port=ports.lease())
    main = apache.render_apache(ROOT / "config" / "apache", place, echoing.secret)
    with apache.running(main, place.port):
        yield dataclasses.replace(echoing, place=place)


def test_apache_accepts_the_shipped_files(behind_apache: Front) -> None:
    main = behind_apache.place.folder / "apache2.conf"
    execute([str(apache.program()), "-t", "-f", main])


def test_apache_hands_cards_over_and_nothing_that_a_browser_says(behind_apache: Front, tmp_path: Path) -> None:
    front, browser = behind_apache, Curl(behind_apache, tmp_path)
    seen = browser.get(f"{front.card_host}/lire", card="medecin").echoed
    assert seen["HTTP_X_SSL_CLIENT_VERIFY"] == "SUCCESS"
    assert unquote(seen["HTTP_X_SSL_CLIENT_CERT"]).strip() == (front.cards / "medecin.pem").read_text().strip()
    assert seen["HTTP_X_PORTAL_PROXY_SECRET"] == front.secret
    assert seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"

    # Apache leaves « + » as it is where nginx writes %2B: the portal reads both.
    believed = CardSettings(proxies=("127.0.0.1",), proxy_secret=front.secret)
    assert presented(seen, believed) == Presented((front.cards / "medecin.der").read_bytes())

    assert browser.get(f"{front.card_host}/lire").echoed["HTTP_X_SSL_CLIENT_VERIFY"] == "NONE"
    names = ["X-SSL-Client-Cert", "X-SSL-Client-Verify", "X-SSL-Client-Refused-Cert", "X-Portal-Proxy-Secret"]
    names += ["Client-Cert", "Client-Cert-Chain", "X-Forwarded-For", "X-Forwarded-Host", "X-Remote-User"]
    forged = [f"{name}: {FORGED}" for each in names for name in spellings(each)]
    for origin in (front.portal, front.card_host):
        assert FORGED not in " ".join(browser.get(f"{origin}/lire", headers=forged).echoed.values())


def test_apache_ends_the_handshake_of_what_is_no_good_card(behind_apache: Front, tmp_path: Path) -> None:
    front, browser = behind_apache, Curl(behind_apache, tmp_path)
    for slug in ("expiree", "revoquee", "organisation", "signature", "autorite-test", "auto-signee", "imitation"):
        assert browser.get(f"{front.card_host}/lire", card=slug).status == 0, slug
    host = front.card_host.removeprefix("https://")
    assert browser.get(f"{front.portal}/lire", headers=[f"Host: {host}"], card="medecin").status == 421
    assert browser.get(f"{front.portal}/metrics").status == 404

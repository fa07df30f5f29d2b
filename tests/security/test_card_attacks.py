"""Attacks on the card: each is named after what it tries, fails with a row of its own, and on a page that helps.

Rows 7, 8, 13, 14 and 18 of the threat model, at the application; `tests/interop` tries them through a real
proxy.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cards import (
    HOST,
    PROXY,
    SECRET,
    Cards,
    ask,
    at_card_host,
    headers_of,
    read,
    refused,
    rows,
    tickets,
)
from webtest import TestApp, TestResponse

from esea_auth_plugin.auth_modes.cps_card.trust import Trust
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT
from esea_auth_plugin.testing.pages import text
from esea_auth_plugin.testing.portal import Portal
from host_app.demo.cards import BY_SLUG, Card, Igc, make_card
from host_app.demo.cards.making import look_alike, self_signed


def direct(portal: Portal, path: str, *, peer: str, headers: dict[str, str], host: str = HOST) -> TestResponse:
    """Ask the application itself, past the proxy."""
    browser = TestApp(portal.wsgi, extra_environ={"HTTP_HOST": host, "REMOTE_ADDR": peer})
    return browser.get(path, headers=headers, status="*")


@pytest.fixture
def asked(card_portal: Portal) -> str:
    return ask(card_portal.browser())


# --- row 13: who may say what the card is -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["X-SSL-Client-Cert", "X_SSL_Client_Cert", "x-ssl-client-cert", "Client-Cert", "X-SSL-Client-Refused-Cert"],
)
def test_a_header_of_the_browser_is_a_400_without_the_proxy(
    card_portal: Portal, cards: Cards, asked: str, header: str
) -> None:
    headers = headers_of(cards["medecin"].der)
    headers[header] = headers["X-SSL-Client-Cert"]
    path = asked.removeprefix(f"https://{HOST}")
    refused(card_portal, direct(card_portal, path, peer="203.0.113.9", headers=headers), "card.proxy", status=400)


def test_the_proxy_s_address_without_its_secret_is_a_400(card_portal: Portal, cards: Cards, asked: str) -> None:
    headers = headers_of(cards["medecin"].der)
    for number, secret in enumerate(("", "x", SECRET[:-1], SECRET + "x", SECRET.upper()), 1):
        headers["X-Portal-Proxy-Secret"] = secret
        assert at_card_host(card_portal, asked, headers, status=400).status_int == 400
        assert rows(card_portal) == ["card.proxy"] * number


def test_a_forwarded_address_does_not_make_a_proxy(card_portal: Portal, cards: Cards, asked: str) -> None:
    headers = {**headers_of(cards["medecin"].der), "X-Forwarded-For": PROXY}
    path = asked.removeprefix(f"https://{HOST}")
    assert direct(card_portal, path, peer="203.0.113.9", headers=headers).status_int == 400


def test_the_portal_s_own_host_reads_no_card(card_portal: Portal, cards: Cards, asked: str) -> None:
    path = asked.removeprefix(f"https://{HOST}")
    answer = direct(card_portal, path, peer=PROXY, headers=headers_of(cards["medecin"].der), host="localhost")
    assert answer.status_int == 404
    assert tickets(card_portal) == 0


@pytest.mark.parametrize("verdict", ["NONE", "FAILED", "FAILED:self-signed certificate", "", "success", "SUCCESS,NONE"])
def test_a_certificate_beside_another_verdict_than_success_lets_nobody_in(
    card_portal: Portal, cards: Cards, asked: str, verdict: str
) -> None:
    headers = headers_of(cards["medecin"].der)
    headers["X-SSL-Client-Verify"] = verdict
    answer = at_card_host(card_portal, asked, headers, status="*")
    assert answer.status_int in {400, 403}
    assert tickets(card_portal) == 0
    assert len(rows(card_portal)) == 1


def test_a_card_that_the_proxy_refused_is_told_why_and_lets_nobody_in(
    card_portal: Portal, cards: Cards, asked: str
) -> None:
    failed = "FAILED:certificate has expired"
    answer = at_card_host(card_portal, asked, headers_of(cards["expiree"].der, verify=failed), status=403)
    refused(card_portal, answer, "card.expired")
    assert "Cette carte a expiré" in text(answer)
    answer = at_card_host(card_portal, asked, headers_of(cards["medecin"].der, verify=failed), status=403)
    assert rows(card_portal)[1:] == ["card.proxy_refused"]
    assert tickets(card_portal) == 0


# --- row 14: which card it is -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("organisation", "card.organisation"),
        ("serveur", "card.organisation"),
        ("signature", "card.usage"),
        ("expiree", "card.expired"),
        ("revoquee", "card.revoked"),
        ("test", "card.test"),
        ("autorite-test", "card.test_authority"),
        ("logicielle", "card.software"),
        ("non-nominative", "card.not_nominative"),
    ],
)
def test_a_card_that_must_not_let_in_does_not(
    card_portal: Portal, cards: Cards, asked: str, slug: str, code: str
) -> None:
    refused(card_portal, read(card_portal, asked, cards[slug], status=403), code)


@pytest.mark.parametrize("forge", [look_alike, self_signed])
def test_a_look_alike_made_at_home_is_refused(card_portal: Portal, cards: Cards, asked: str, forge: Any) -> None:
    forged: Card = forge(BY_SLUG["medecin"], DEFAULT_MOMENT)
    assert forged.certificate.subject == cards["medecin"].certificate.subject
    answer = read(card_portal, asked, forged, status=403)
    refused(card_portal, answer, "card.self_signed" if forge is self_signed else "card.authority")


def test_a_card_under_another_card_is_refused(card_portal: Portal, cards: Cards, asked: str) -> None:
    """The holder of a real card is no authority, even if a chain can be drawn through it."""
    igc = Igc(DEFAULT_MOMENT - timedelta(days=10))
    from host_app.demo.cards import Authority

    under = Authority("carte", cards["medecin"].certificate, cards["medecin"].key)
    forged = make_card(igc, BY_SLUG["medecin-nouveau"], DEFAULT_MOMENT, signed_by=under)
    refused(card_portal, read(card_portal, asked, forged, status=403), "card.authority")


def test_a_card_signed_by_a_root_itself_is_refused(card_portal: Portal, cards: Cards, asked: str) -> None:
    """Only the PERSONNES sign people's cards."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509 import load_pem_x509_certificate

    from host_app.demo.cards import Authority

    folder = cards.folder / "autorites"
    key = serialization.load_pem_private_key((folder / "ACR-FO.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    root = Authority("ACR-FO", load_pem_x509_certificate((folder / "ACR-FO.pem").read_bytes()), key)
    forged = make_card(Igc(DEFAULT_MOMENT), BY_SLUG["medecin"], DEFAULT_MOMENT, signed_by=root)
    refused(card_portal, read(card_portal, asked, forged, status=403), "card.authority")


@pytest.fixture
def own_lists(card_portal: Portal, cards: Cards, tmp_path: Path) -> Any:
    """A folder of lists that a test may spoil; the portal's trust looks there meanwhile."""
    trust: Trust = card_portal.find(Trust)
    for path in (cards.folder / "crl").glob("*.crl"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    kept, trust.folder.folder = trust.folder.folder, tmp_path
    yield tmp_path
    trust.folder.folder = kept


@pytest.mark.parametrize("name", ["ACI-FO-PP.crl", "ACR-FO.crl"])
def test_a_missing_list_of_any_link_closes_the_door(
    card_portal: Portal, cards: Cards, asked: str, own_lists: Path, name: str
) -> None:
    (own_lists / name).unlink()
    answer = read(card_portal, asked, cards["medecin"], status=503)
    refused(card_portal, answer, "card.crl_missing", status=503)
    assert "revocation_list_old" in card_portal.app.get("/healthz").json["problems"]


def test_an_old_list_closes_the_door(card_portal: Portal, cards: Cards) -> None:
    card_portal.clock.advance(days=7, seconds=1)
    answer = read(card_portal, ask(card_portal.browser()), cards["medecin"], status=503)
    refused(card_portal, answer, "card.crl_old", status=503)
    assert "Le problème vient du portail" in text(answer)


@pytest.mark.settings(**{"esea_auth.cps_card.crl_max_age": "24 h"})
def test_a_list_older_than_the_portal_believes_closes_the_door_before_its_own_end(
    card_portal: Portal, cards: Cards
) -> None:
    card_portal.clock.advance(hours=24)
    assert read(card_portal, ask(card_portal.browser()), cards["medecin"]).status_int == 303
    card_portal.clock.advance(seconds=1)
    assert read(card_portal, ask(card_portal.browser()), cards["medecin"], status=503).status_int == 503


@pytest.mark.settings(**{"esea_auth.cps_card.stale_crl": "warn"})
def test_an_old_list_that_only_warns_still_refuses_whom_it_names(card_portal: Portal, cards: Cards) -> None:
    card_portal.clock.advance(days=9)
    assert read(card_portal, ask(card_portal.browser()), cards["medecin"]).status_int == 303
    read(card_portal, ask(card_portal.browser()), cards["revoquee"], status=403)
    assert rows(card_portal) == ["card.revoked"]


def test_a_list_that_somebody_else_signed_counts_as_missing(
    card_portal: Portal, cards: Cards, asked: str, own_lists: Path
) -> None:
    """The list of an attacker names nobody; it must not bring a revoked card back."""
    igc = Igc(DEFAULT_MOMENT)
    forger = igc.people("FORT")
    from cryptography.hazmat.primitives.serialization import Encoding

    from host_app.demo.cards import Authority

    named = Authority("ACI-FO-PP", cards["medecin"].authority.certificate, forger.key)
    forged = named.crl(DEFAULT_MOMENT + timedelta(seconds=0), revoked=[])
    (own_lists / "ACI-FO-PP.crl").write_bytes(forged.public_bytes(Encoding.DER))
    refused(card_portal, read(card_portal, asked, cards["revoquee"], status=503), "card.crl_missing", status=503)


def test_an_old_list_beside_a_newer_one_does_not_count(
    card_portal: Portal, cards: Cards, asked: str, own_lists: Path
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    older = cards["medecin"].authority.crl(DEFAULT_MOMENT - timedelta(days=1), revoked=[])
    (own_lists / "AAA.crl").write_bytes(older.public_bytes(Encoding.DER))
    refused(card_portal, read(card_portal, asked, cards["revoquee"], status=403), "card.revoked")


@pytest.mark.parametrize("spelling", ["pem", "base64", "binary"])
def test_a_certificate_of_a_megabyte_is_refused_before_it_is_parsed(
    card_portal: Portal, asked: str, spelling: str
) -> None:
    """The gate in front of the whole application refuses the header before the card is looked at."""
    big = {"pem": "-----BEGIN CERTIFICATE-----" + "A" * 1_000_000, "base64": "A" * 1_000_000, "binary": "%00" * 350_000}
    headers = headers_of(b"x")
    headers["X-SSL-Client-Cert"] = big[spelling]
    page = at_card_host(card_portal, asked, headers, status=400)
    assert "illisible" in page.text
    assert rows(card_portal) == []


@pytest.mark.parametrize(
    "value",
    [
        "garbage",
        "%2D%2D%2D%2D%2DBEGIN CERTIFICATE-----%0AAAAA%0A-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE----- -----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY-----",
        "%",
        "%ff%fe",
        ":" + base64.b64encode(b"x").decode() + ":",
    ],
)
def test_what_is_no_certificate_is_refused_with_a_page(card_portal: Portal, asked: str, value: str) -> None:
    headers = {**headers_of(b"x"), "X-SSL-Client-Cert": value}
    refused(card_portal, at_card_host(card_portal, asked, headers, status=400), "card.unreadable", status=400)


def test_two_certificates_in_one_header_are_none(card_portal: Portal, cards: Cards, asked: str) -> None:
    one, other = (headers_of(cards[slug].der)["X-SSL-Client-Cert"] for slug in ("medecin", "infirmiere"))
    for joined in (one + other, f"{one},{other}", f"{one}, {one}"):
        headers = {**headers_of(b"x"), "X-SSL-Client-Cert": joined}
        at_card_host(card_portal, asked, headers, status=400)
    assert set(rows(card_portal)) == {"card.unreadable"}


def test_readings_are_counted_by_address(card_portal: Portal, cards: Cards) -> None:
    for _ in range(60):
        at_card_host(card_portal, "/lire?state=x", headers_of(None), status=403)
    at_card_host(card_portal, "/lire?state=x", headers_of(None), status=429)


def test_the_card_host_serves_its_pages_and_nothing_of_the_portal(card_portal: Portal) -> None:
    for path in (
        "/connexion",
        "/compte",
        "/inscription",
        "/support",
        "/healthz",
        "/metrics",
        "/cgu",
        "/demo",
        "/services",
    ):
        at_card_host(card_portal, path, headers_of(None), status=404)
    assert at_card_host(card_portal, "/", headers_of(None)).status_int == 200
    sheet = at_card_host(card_portal, "/", headers_of(None)).html.find("link", rel="stylesheet")["href"]
    assert at_card_host(card_portal, sheet, headers_of(None)).status_int == 200


def test_the_portal_serves_no_page_of_the_card_host(card_portal: Portal) -> None:
    for path in ("/lire", "/diagnostic"):
        card_portal.browser().get(path, status=404)

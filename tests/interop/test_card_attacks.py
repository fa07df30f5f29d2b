"""What an attacker tries with cards, against the real proxy and portal: each fails, is told, and leaves a row."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import select
from tests.interop.conftest import Refusals
from tests.interop.curl import Answer, Curl
from tests.interop.front import Front
from tests.interop.test_transport import big_certificate, spellings

from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.interfaces import ExternalIdentity, ILinking, LinkBasis
from esea_auth_plugin.testing.portal import Person, Portal
from host_app.demo.cards import BY_SLUG
from host_app.demo.tls import give_lists

NewCurl = Callable[[], Curl]


def owner_of(portal: Portal, slug: str, **more: Any) -> Person:
    """An account that this card is linked to."""
    person = portal.person(first_name="Paul", last_name="Castets", **more)
    also(portal, person, slug)
    return person


def also(portal: Portal, person: Person, slug: str) -> None:
    """Link one more card to an account."""
    identity = ExternalIdentity(
        issuer="igc-sante",
        subject=BY_SLUG[slug].common_name,
        kind="card",
        origin="card",
        label="Carte CPS",
        evidence={"not_after": "2090-01-01"},
    )
    with portal.db.writing() as session:
        portal.find(ILinking).link(session, person.subject, identity, mode="cps_card", basis=LinkBasis.SIGN_UP)


def ask(browser: Curl) -> str:
    """Begin a sign-in by card in a browser; return the address at the card host that it is sent to."""
    chooser = browser.front.portal + "/connexion/cps"
    found = browser.get(chooser)
    if not found.location.startswith(browser.front.card_host):
        page = browser.follow(found, chooser)
        found = browser.press(page, "Lire ma carte", chooser)
    assert found.location.startswith(f"{browser.front.card_host}/lire?"), (found.status, found.title, found.location)
    return found.location


def read(browser: Curl, card: str = "medecin") -> str:
    """Begin a sign-in and read the card; return the portal's address with the ticket, not yet opened."""
    found = browser.get(ask(browser), card=card)
    assert found.location.startswith(f"{browser.front.portal}/connexion/cps/retour?ticket="), found.title
    return found.location


def is_in(browser: Curl) -> bool:
    """Tell whether somebody is signed in there."""
    return browser.get(browser.front.portal + "/compte").status == 200


def test_whoever_holds_the_card_is_in(served: Portal, curl: Curl, refusals: Refusals) -> None:
    """The way that the attacks below leave."""
    owner_of(served, "medecin")
    found = curl.get(read(curl))
    assert found.status == 303, found.title
    assert "ticket" not in found.location
    assert is_in(curl)
    assert refusals() == []


# --- forged headers, and ways around the proxy -------------------------------------------------------------------


@pytest.mark.parametrize("spelling", [0, 1], ids=["dashes", "underscores"])
def test_a_header_sent_by_the_browser_is_no_card(served: Portal, curl: Curl, refusals: Refusals, spelling: int) -> None:
    """Row 13. The certificate is public: everybody who ever met the card has it, and sends it as the proxy would."""
    owner_of(served, "medecin")
    certificate = quote((curl.front.cards / "medecin.pem").read_text())
    names = [spellings(name)[-spelling] for name in ("X-SSL-Client-Cert", "X-SSL-Client-Verify")]
    found = curl.get(ask(curl), headers=[f"{names[0]}: {certificate}", f"{names[1]}: SUCCESS"])
    assert (found.status, found.title) == (403, "Aucune carte n'a été lue")
    assert refusals() == ["card.none"]
    assert not is_in(curl)


def straight(front: Front, address: str, headers: dict[str, str]) -> tuple[int, str]:
    """Ask the application itself, past the proxy."""
    connection = http.client.HTTPConnection("127.0.0.1", front.door.port, timeout=10)
    try:
        parts = urlsplit(address)
        connection.request("GET", f"{parts.path}?{parts.query}", headers={"Host": parts.netloc, **headers})
        response = connection.getresponse()
        response.read()
        return response.status, response.getheader("Location", "")
    finally:
        connection.close()


@pytest.mark.parametrize("secret", [None, "", "devine", "proxy_secret"])
def test_a_request_straight_to_the_application_is_no_card(
    served: Portal, curl: Curl, refusals: Refusals, secret: str | None
) -> None:
    """Row 13: from an address that is trusted, with everything but the secret that the proxy alone knows."""
    headers = {"X-SSL-Client-Cert": quote((curl.front.cards / "medecin.pem").read_text())}
    headers["X-SSL-Client-Verify"] = "SUCCESS"
    if secret is not None:
        headers["X-Portal-Proxy-Secret"] = secret
    assert straight(curl.front, ask(curl), headers) == (400, "")
    assert refusals() == ["card.proxy"]


def test_underscores_do_not_pass_the_application_s_own_server_either(
    served: Portal, curl: Curl, refusals: Refusals
) -> None:
    headers = {"X-Portal-Proxy-Secret": curl.front.secret}
    headers["X_SSL_Client_Cert"] = quote((curl.front.cards / "medecin.pem").read_text())
    headers["X_SSL_Client_Verify"] = "SUCCESS"
    assert straight(curl.front, ask(curl), headers) == (403, "")
    assert refusals() == ["card.none"]


def test_the_portal_s_host_reads_no_card(served: Portal, curl: Curl) -> None:
    """Nothing of the card host is there, nothing of the portal at the card host."""
    assert curl.get(f"{curl.front.portal}/lire", card="medecin").status == 404
    assert curl.get(f"{curl.front.portal}/diagnostic", card="medecin").status == 404
    for path in ("/connexion", "/compte", "/inscription", "/support", "/healthz", "/connexion/cps/retour?ticket=x"):
        assert curl.get(f"{curl.front.card_host}{path}", card="medecin").status == 404, path


# --- certificates that are no good card --------------------------------------------------------------------------

BAD_CARDS = [
    ("auto-signee", "card.self_signed", "Cette carte n'est pas reconnue"),
    ("imitation", "card.authority", "Cette carte n'est pas reconnue"),
    ("organisation", "card.organisation", "Ceci n'est pas la carte d'une personne"),
    ("serveur", "card.organisation", "Ceci n'est pas la carte d'une personne"),
    ("signature", "card.usage", "Ce certificat ne sert pas à se connecter"),
    ("expiree", "card.expired", "Cette carte a expiré"),
    ("revoquee", "card.revoked", "Cette carte est en opposition"),
    ("test", "card.test", "Ceci est une carte de test"),
    ("autorite-test", "card.test_authority", "Ceci est une carte de test"),
    ("logicielle", "card.software", "Ceci n'est pas une carte"),
    ("non-nominative", "card.not_nominative", "Cette carte ne porte pas de nom"),
]


@pytest.mark.parametrize(("slug", "code", "title"), BAD_CARDS, ids=[slug for slug, _, _ in BAD_CARDS])
def test_a_bad_card_is_refused_told_and_recorded(
    served: Portal, curl: Curl, refusals: Refusals, slug: str, code: str, title: str
) -> None:
    """Row 14, through nginx; the page says what to do, the trail says why."""
    owner_of(served, "medecin")
    found = curl.get(ask(curl), card=slug)
    assert (found.status, found.title) == (403, title)
    assert refusals() == [code]
    assert not is_in(curl)


@pytest.fixture
def credulous(front: Front, authority_folder: Path) -> Iterator[Front]:
    """A proxy whose operator gave it every list there is: ORGANISATIONS certificates pass it, by the same roots."""
    lists = front.place.folder / "cps" / "crl" / "toutes.pem"
    before = lists.read_bytes()
    lists.write_bytes(before + (authority_folder / "organisations.pem").read_bytes())
    front.nginx.reload_and_wait()
    yield front
    lists.write_bytes(before)
    front.nginx.reload_and_wait()


def test_what_a_credulous_proxy_proves_is_proven_again(
    credulous: Front, served: Portal, curl: Curl, refusals: Refusals
) -> None:
    """Row 14: chain, authority and usage are judged in the application, whatever the proxy says."""
    found = curl.get(ask(curl), card="organisation")
    assert (found.status, found.title) == (403, "Ceci n'est pas la carte d'une personne")
    assert refusals() == ["card.organisation"]


# --- revocation lists that fail ----------------------------------------------------------------------------------


@pytest.fixture
def without_lists(front: Front) -> Iterator[Path]:
    """The portal's own folder of lists; whatever a test takes out comes back."""
    folder = front.place.folder / "cartes" / "crl"
    kept = folder.with_name("crl-kept")
    shutil.copytree(folder, kept)
    yield folder
    shutil.rmtree(folder)
    kept.rename(folder)


def test_a_missing_list_closes_the_door(without_lists: Path, served: Portal, curl: Curl, refusals: Refusals) -> None:
    """The whole chain counts: the root's list is missing, the card's own authority's is there."""
    (without_lists / "ACR-FO.crl").unlink()
    found = curl.get(ask(curl), card="medecin")
    assert (found.status, found.title) == (503, "Votre carte ne peut pas être vérifiée en ce moment")
    assert refusals() == ["card.crl_missing"]


def test_an_old_list_closes_the_door(served: Portal, curl: Curl, refusals: Refusals) -> None:
    served.clock.advance(days=4)
    found = curl.get(ask(curl), card="medecin")
    assert (found.status, found.title) == (503, "Votre carte ne peut pas être vérifiée en ce moment")
    assert refusals() == ["card.crl_old"]


@pytest.fixture
def proxy_without_list(front: Front, authority_folder: Path) -> Iterator[None]:
    """nginx with five of the six lists."""
    lists = front.place.folder / "cps" / "crl" / "toutes.pem"
    end = "-----END X509 CRL-----\n"
    lists.write_text("".join(each + end for each in lists.read_text().split(end)[:2]))
    front.nginx.reload_and_wait()
    yield
    give_lists(front.place, authority_folder)
    front.nginx.reload_and_wait()


def test_a_list_that_only_the_proxy_lacks_closes_the_door(
    proxy_without_list: None, served: Portal, curl: Curl, refusals: Refusals
) -> None:
    found = curl.get(ask(curl), card="medecin")
    assert (found.status, found.title) == (403, "Le serveur n'a pas accepté cette carte")
    assert refusals() == ["card.proxy_refused"]


# --- sizes and garbage -------------------------------------------------------------------------------------------


def test_a_certificate_of_a_megabyte_is_ended_by_the_proxy(served: Portal, curl: Curl, tmp_path: Path) -> None:
    assert curl.get(ask(curl), card=big_certificate(tmp_path, 1_000_000)).status == 0


def test_a_certificate_too_large_for_a_card_gets_a_page(
    served: Portal, curl: Curl, refusals: Refusals, tmp_path: Path
) -> None:
    """As large as nginx takes one: too long for a header, it is left out, and the page helps all the same."""
    found = curl.get(ask(curl), card=big_certificate(tmp_path, 60_000))
    assert (found.status, found.title) == (403, "Le serveur n'a pas accepté cette carte")
    assert refusals() == ["card.proxy_refused"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("A" * 100_000, None),
        (quote("-----BEGIN CERTIFICATE-----\n" + "A" * 90_000 + "\n-----END CERTIFICATE-----\n"), None),
        (quote("-----BEGIN CERTIFICATE-----\nbm90IERFUg==\n-----END CERTIFICATE-----\n"), "card.unreadable"),
        ("%00%ff%fe", "card.unreadable"),
        (quote("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" * 2), "card.unreadable"),
    ],
    ids=["long", "long PEM", "no DER", "no text", "two blocks"],
)
def test_garbage_from_a_proxy_gets_a_page(
    served: Portal, curl: Curl, refusals: Refusals, value: str, code: str | None
) -> None:
    """Even if the proxy itself were taken over, or another one put in its place."""
    headers = {"X-Portal-Proxy-Secret": curl.front.secret, "X-SSL-Client-Verify": "SUCCESS", "X-SSL-Client-Cert": value}
    assert straight(curl.front, ask(curl), headers) == (400, "")
    assert refusals() == ([code] if code else []), "what is too long is refused by the gate, before the card"


# --- tickets -----------------------------------------------------------------------------------------------------


def refused_ticket(found: Answer, browser: Curl) -> bool:
    """Tell whether a ticket opened nothing."""
    browser.follow(found, browser.front.portal)
    return not is_in(browser)


def tickets_refused(served: Portal) -> list[str]:
    """Why tickets were refused, as the trail tells."""
    with served.db.reading() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.outcome != "success").order_by(AuditEvent.at)).all()
        return [found for row in rows if "ticket" in (found := str(json.loads(row.details).get("code", "")))]


def test_a_ticket_serves_once(served: Portal, curl: Curl) -> None:
    owner_of(served, "medecin")
    way_back = read(curl)
    assert curl.get(way_back).status == 303
    curl.jar.unlink()  # signed out, in the plainest way
    assert refused_ticket(curl.get(way_back), curl)


def test_a_ticket_of_another_sign_in_opens_nothing(served: Portal, curl: Curl) -> None:
    """The same browser began anew: the ticket belongs to the sign-in before."""
    owner_of(served, "medecin")
    former = read(curl)
    ask(curl)
    assert refused_ticket(curl.get(former), curl)
    assert tickets_refused(served)


def test_a_stolen_ticket_opens_nothing_in_another_browser(served: Portal, curl: Curl, new_curl: NewCurl) -> None:
    """Row 18: neither in one that never began a sign-in, nor in one that did."""
    owner_of(served, "medecin")
    stolen = read(curl)
    assert refused_ticket((thief := new_curl()).get(stolen), thief)
    busy = new_curl()
    ask(busy)
    assert refused_ticket(busy.get(stolen), busy)
    assert tickets_refused(served)


def test_a_ticket_lives_sixty_seconds(served: Portal, curl: Curl) -> None:
    owner_of(served, "medecin")
    way_back = read(curl)
    served.clock.advance(seconds=61)
    assert refused_ticket(curl.get(way_back), curl)
    assert tickets_refused(served)


def test_a_relayed_sign_in_lets_nobody_in(served: Portal, curl: Curl, new_curl: NewCurl) -> None:
    """Row 18, kin of QR-jacking: the attacker begins and sends the address on to a victim, who reads their card.

    The ticket goes to the victim's browser, which never asked; the attacker's sign-in has not moved.
    """
    owner_of(served, "medecin")
    attacker, victim = curl, new_curl()
    address = ask(attacker)
    found = victim.get(address, card="medecin")
    assert found.location.startswith(f"{curl.front.portal}/connexion/cps/retour?ticket=")
    assert refused_ticket(victim.get(found.location), victim)
    assert not is_in(attacker)
    ticket = parse_qs(urlsplit(found.location).query)["ticket"][0]
    assert ticket not in attacker.get(f"{curl.front.portal}/connexion").text
    assert not is_in(attacker)


def test_an_address_that_nobody_asked_for_reads_no_card(served: Portal, curl: Curl, refusals: Refusals) -> None:
    for query in ("", "?state=", "?state=devine", "?state=" + "A" * 5000):
        found = curl.get(f"{curl.front.card_host}/lire{query}", card="medecin")
        assert (found.status, found.title) == (400, "Cette lecture n'a pas été demandée")
    assert refusals() == ["card.request"] * 4


def test_no_log_of_the_proxy_holds_a_ticket(served: Portal, curl: Curl) -> None:
    owner_of(served, "medecin")
    way_back = read(curl)
    curl.get(way_back)
    ticket = parse_qs(urlsplit(way_back).query)["ticket"][0]
    logged = "".join(path.read_text() for path in (curl.front.place.folder / "log").iterdir())
    assert "/connexion/cps/retour" in logged
    assert ticket not in logged

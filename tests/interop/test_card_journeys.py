"""Signing up, signing in and linking by card through the real nginx: from a PKCS#12, and from a token with its PIN."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.interop import softhsm
from tests.interop.curl import Curl
from tests.interop.hands import Hands
from tests.interop.test_card_attacks import also, owner_of
from webtest import TestResponse

from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.interfaces import IAccounts, IExternalIdentities, IReviews
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from host_app.demo.cards import BY_SLUG

Sit = Callable[[str], Hands]


@pytest.fixture(params=["pkcs12", "softhsm"])
def sit(request: pytest.FixtureRequest, served: Portal, new_curl: Callable[[], Curl], tmp_path: Path) -> Sit:
    """``hands = sit("medecin")``: somebody at a workstation of their own, with this card in the reader."""

    def somebody(slug: str) -> Hands:
        curl = new_curl()
        if request.param == "pkcs12":
            return Hands(curl, slug)
        return Hands(curl, softhsm.insert(tmp_path / f"hsm-{len(list(tmp_path.iterdir()))}", curl.front.cards, slug))

    return somebody


def show_card(hands: Hands) -> TestResponse:
    """Choose « Carte CPS » and read the card; the page that it leads to."""
    return press(hands.get("/connexion").click("Carte CPS"), "Lire ma carte").maybe_follow()


def named_as_on(portal: Portal, slug: str, *, rpps: str = "", origin: str = "register") -> Person:
    """An account whose name is the card's, and whose RPPS number was proven."""
    kind = BY_SLUG[slug]
    person = portal.person(first_name=kind.given_name.title(), last_name=kind.surname.title())
    if rpps:
        with portal.db.writing() as session:
            portal.find(IAccounts).change_attributes(session, person.subject, {"rpps": rpps}, origin=origin)
    return person


def add_card(hands: Hands) -> TestResponse:
    """« Mon compte > Dispositifs > Ajouter ma carte CPS »."""
    return press(hands.get("/compte/dispositifs"), "Ajouter ma carte CPS").maybe_follow()


def cards_of(portal: Portal, person: Person) -> dict[str, str]:
    """The cards that an account holds: CN and serial."""
    with portal.db.reading() as session:
        links = portal.find(IExternalIdentities).of_account(session, person.subject, kind="card")
        return {link.subject: link.evidence.get("serial", "") for link in links}


def test_sign_up_with_a_card(served: Portal, sit: Sit) -> None:
    """Filled in from the card, without a password; once accepted, the card opens the account."""
    hands = sit("medecin-nouveau")
    page = show_card(hands)
    assert "la lecture a réussi" in text(page)
    page = press(page, "Créer mon compte").maybe_follow()
    assert "lu sur votre carte" in text(page)
    assert "99900000037" in text(page)
    read = {"Nom", "Prénom", "N° RPPS", "Profession"}
    page = send(page, {name: value for name, value in wizard.PERSONAL.items() if name not in read}).maybe_follow()
    page = press(page, "Envoyer le code").maybe_follow()
    page = send(page, {"Code reçu par courriel": served.emails(wizard.EMAIL)[-1].code}).maybe_follow()
    page = page.forms[page.html.find("input", {"name": "identifier"}).find_parent("form").get("id")].submit()
    page = wizard.send_request(page.maybe_follow())
    reference = wizard.reference_on(page)

    reviewer = wizard.reviewer(served)
    desk = served.browser()
    served.sign_in(desk, reviewer)
    assert "Identité lue sur carte" in text(desk.get(f"/support/inscriptions/{reference}"))
    wizard.decide(served, reference)
    show_card(again := sit("medecin-nouveau"))
    assert "Alix" in again.get("/compte", status=200).text


def test_sign_in_with_a_card(served: Portal, sit: Sit) -> None:
    person = owner_of(served, "medecin", services=["espace-pro"])
    hands = sit("medecin")
    show_card(hands)
    assert person.last_name in hands.get("/compte", status=200).text
    opened = hands.get("/services/espace-pro", status=303)
    assert opened.location.endswith("/espace-pro")  # the level of a card suffices: nothing more is asked for


def test_link_a_card_later(served: Portal, sit: Sit) -> None:
    """The RPPS number was proven before and is the card's: linked at once, and it opens from then on."""
    person = named_as_on(served, "medecin", rpps="99900000011")
    hands = sit("medecin")
    served.sign_in(hands, person)
    assert "c’est ajouté" in text(add_card(hands))
    show_card(other := sit("medecin"))
    assert other.get("/compte").status_int == 200


def test_a_card_whose_number_was_only_declared_goes_to_the_support(served: Portal, sit: Sit) -> None:
    person = named_as_on(served, "medecin", rpps="99900000011", origin="declared")
    hands = sit("medecin")
    served.sign_in(hands, person)
    assert "le support doit vérifier" in text(add_card(hands))
    assert cards_of(served, person) == {}


def test_a_card_shown_first_is_linked_after_another_sign_in(served: Portal, sit: Sit) -> None:
    person = named_as_on(served, "medecin", rpps="99900000011")
    hands = sit("medecin")
    page = show_card(hands).click("Me connecter autrement et lier").click("OTP")
    page = send(page, {"Identifiant ou email": person.identifier, "Mot de passe": person.password}).maybe_follow()
    page = send(page, {"Code reçu par courriel": served.emails(person.email)[-1].code}).maybe_follow()
    assert "c’est ajouté" in text(press(page, "Lier à mon compte").maybe_follow())
    assert list(cards_of(served, person)) == ["899900000011"]


def test_a_renewed_card_just_works_and_is_noted(served: Portal, sit: Sit) -> None:
    """Same CN, another serial and number: linked on the CN, the serial kept as evidence."""
    person = owner_of(served, "medecin")
    show_card(sit("medecin"))
    former = cards_of(served, person)
    show_card(hands := sit("medecin-renouvelee"))
    assert hands.get("/compte").status_int == 200
    renewed = cards_of(served, person)
    assert list(former) == list(renewed) == ["899900000011"]
    assert former != renewed
    with served.db.reading() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.action == "card.read").order_by(AuditEvent.at))
        serials = [json.loads(row.details)["serial"] for row in rows]
    assert serials == [*former.values(), *renewed.values()]


def test_a_second_card_of_another_employer(served: Portal, sit: Sit) -> None:
    """A CPE card names an employer, hence no number to match: the support compares, then both open the account."""
    person = named_as_on(served, "cpe")
    also(served, person, "cpe")
    hands = sit("cpe")
    show_card(hands)
    assert hands.get("/compte").status_int == 200
    hands.card = sit("cpe-autre-employeur").card
    assert "le support doit vérifier" in text(add_card(hands))
    reviewer = wizard.reviewer(served)
    with served.db.writing() as session:
        (review,) = served.find(IReviews).of_author(session, person.subject, kind="identity_link")
        served.find(IReviews).decide(session, review.id, accept=True, by=reviewer.subject)
    assert len(cards_of(served, person)) == 2
    for slug in ("cpe", "cpe-autre-employeur"):
        show_card(again := sit(slug))
        assert person.last_name in again.get("/compte", status=200).text


def test_a_wrong_pin_shows_nobody(served: Portal, new_curl: Callable[[], Curl], tmp_path: Path) -> None:
    owner_of(served, "medecin")
    curl = new_curl()
    token = softhsm.insert(tmp_path / "hsm", curl.front.cards, "medecin")
    found = curl.get(f"{curl.front.card_host}/lire", engine=token.engine("9999"), environment=token.environment)
    assert found.status == 0

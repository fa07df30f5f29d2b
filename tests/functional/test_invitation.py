"""The first reviewer of an empty portal: invited by mail, alone in knowing identifier and password."""

from __future__ import annotations

import pytest

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.interfaces import IAccounts, IInvitations, IRoles
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import field_error, send, text
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.databases("sqlite", "postgresql")

EMAIL = "claire.support@esea-exemple.fr"
PASSWORD = "Tambour-Violette-Hamac-31"
ANSWERS = {
    "Civilité": "Madame",
    "Nom": "Martin",
    "Prénom": "Claire",
    "Identifiant": "claire.martin",
    "Mot de passe": PASSWORD,
    "Confirmez votre mot de passe": PASSWORD,
    "Conditions d’Utilisation": "J’accepte les Conditions d’Utilisation",
}


def invite(portal: Portal, role: str = "support") -> str:
    portal.clock.advance(minutes=5)
    with portal.db.writing() as session:
        portal.find(IInvitations).invite(session, EMAIL, role, by="cli")
    return wizard.path_in(portal.emails(EMAIL)[-1], "/inscription/invitation/")


def test_an_invited_person_opens_their_account_and_holds_the_role(portal: Portal) -> None:
    page = portal.browser().get(invite(portal)).follow()
    assert send(page, ANSWERS).location.endswith("/connexion")
    with portal.db.reading() as session:
        account = portal.find(IAccounts).by_login(session, "claire.martin")
        assert [role.name for role in portal.find(IRoles).of(session, account.subject)] == ["support"]
    person = Person(account.subject, "claire.martin", EMAIL, "Claire", "Martin", password=PASSWORD)
    browser = portal.browser()
    portal.sign_in(browser, person)
    assert "Inscriptions" in text(browser.get("/support"))


def test_an_invitation_serves_once_and_24_hours(portal: Portal) -> None:
    path = invite(portal)
    portal.clock.advance(hours=24)
    assert "expiré" in text(portal.browser().get(path).follow(status=410))
    fresh = invite(portal)
    send(portal.browser().get(fresh).follow(), ANSWERS)
    assert "déjà servi" in text(portal.browser().get(fresh).follow(status=410))


def test_a_new_invitation_kills_the_former(portal: Portal) -> None:
    first = invite(portal)
    invite(portal, "oru")
    assert "remplacé" in text(portal.browser().get(first).follow(status=410))


def test_a_taken_identifier_does_not_use_the_invitation_up(portal: Portal) -> None:
    portal.person(identifier="claire.martin")
    page = send(portal.browser().get(invite(portal)).follow(), ANSWERS)
    assert "disponible" in field_error(page, "Identifiant")
    assert send(page, {**ANSWERS, "Identifiant": "claire.support2"}).location.endswith("/connexion")


@pytest.mark.databases("sqlite")
def test_unknown_roles_and_addresses_with_an_account_are_refused(portal: Portal) -> None:
    portal.person(email=EMAIL)
    for role in ("support", "empereur"):
        with pytest.raises(PortalError), portal.db.writing() as session:
            portal.find(IInvitations).invite(session, EMAIL, role, by="cli")

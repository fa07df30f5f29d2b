"""Linking Pro Santé Connect from « Mes dispositifs », and unlinking it."""

from __future__ import annotations

from tests.interop.psc.journeys import BUTTON, come_in, is_signed_in, registered
from tests.interop.psc.provider import Provider, Visitor
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS, NATIONAL_ID

from esea_auth_plugin.interfaces import IExternalIdentities
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Portal


def test_it_is_linked_from_the_page_of_devices_and_works_at_once(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    browser = portal.browser()
    portal.sign_in(browser, person)
    page = press(browser.get("/compte/dispositifs/ajouter/psc"), "Continuer").maybe_follow()
    gone = press(page, BUTTON)
    home = browser.get(Visitor().go(str(gone.location))).maybe_follow()
    assert "Pro Santé Connect" in text(home)
    with portal.db.reading() as session:
        link = portal.find(IExternalIdentities).find(session, psc.auth, NATIONAL_ID)
    assert link is not None
    assert link.account == person.subject
    other = portal.browser()
    # The portal's clock is a minute ahead of the provider's by now: who is there is asked about first.
    press(come_in(other, Visitor()).maybe_follow(), "Continuer en tant que Alix Exemple")
    assert is_signed_in(other, person)


def test_somebody_else_s_identity_is_not_linked(portal: Portal, psc: Provider) -> None:
    """Keycloak CVE-2026-97175 and its kin: the name and the number must be the account's."""
    person = portal.person(first_name="Bernard", last_name="Autre")
    psc.present(CLAIMS)
    browser = portal.browser()
    portal.sign_in(browser, person)
    page = press(browser.get("/compte/dispositifs/ajouter/psc"), "Continuer").maybe_follow()
    home = browser.get(Visitor().go(str(press(page, BUTTON).location))).maybe_follow()
    assert "n’est pas celle de votre compte" in home.text
    with portal.db.reading() as session:
        assert portal.find(IExternalIdentities).of_account(session, person.subject) == []

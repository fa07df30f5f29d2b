"""Linking Pro Santé Connect from « Mes dispositifs », and unlinking it."""

from __future__ import annotations

from tests.interop.psc.journeys import BUTTON, come_in, is_signed_in, keep, registered
from tests.interop.psc.provider import Provider, Visitor
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS, NATIONAL_ID
from webtest import TestApp

from esea_auth_plugin.interfaces import IExternalIdentities
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in


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


def removed(portal: Portal, browser: TestApp, person: Person) -> None:
    """Remove Pro Santé Connect on « Mes dispositifs »."""
    with portal.db.reading() as session:
        [link] = portal.find(IExternalIdentities).of_account(session, person.subject, kind="psc")
    page = browser.get(f"/compte/dispositifs/psc/{link.id}")
    button = next(each for each in page.html.select("button") if "Retirer" in each.text)
    press(page, " ".join(button.text.split()))


def test_a_link_that_is_removed_ends_its_sessions_and_opens_nothing_any_more(portal: Portal, psc: Provider) -> None:
    """V6.5.6: the number that was proven meanwhile must not bring the removed means back by itself."""
    person = registered(portal)
    psc.present(CLAIMS)
    browser, thief = portal.browser(), portal.browser("203.0.113.9")
    for each in (browser, thief):
        come_in(each, Visitor())
        assert is_signed_in(each, person)
    removed(portal, browser, person)
    assert not is_signed_in(thief, person)
    again = portal.browser("203.0.113.9")
    page = come_in(again, Visitor()).maybe_follow()
    assert not is_signed_in(again, person)
    assert "Mes dispositifs" in text(page) or "pas encore" in text(page)


def test_a_link_that_is_removed_is_linked_again_from_the_account(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    browser = portal.browser()
    keep(come_in(browser, Visitor()).follow(), "Mot de passe", "Adresse électronique")
    removed(portal, browser, person)
    portal.sign_in(browser, person)
    page = press(browser.get("/compte/dispositifs/ajouter/psc"), "Continuer").maybe_follow()
    browser.get(Visitor().go(str(press(page, BUTTON).location)))
    other = portal.browser()
    press(come_in(other, Visitor()).maybe_follow(), "Continuer en tant que Alix Exemple")
    assert is_signed_in(other, person)


def test_it_was_not_me_stops_pro_sante_connect(portal: Portal, psc: Provider) -> None:
    """A stolen e-CPS came in from elsewhere: what the email says is blocked opens nothing, however often it comes."""
    person = registered(portal)
    psc.present(CLAIMS)
    keep(come_in(portal.browser(), Visitor()).follow(), "Mot de passe", "Adresse électronique")
    thief = portal.browser("203.0.113.9")
    come_in(thief, Visitor())
    assert is_signed_in(thief, person)
    emails = [each for each in portal.emails(person.email) if each.subject.startswith("Nouvelle connexion")]
    page = portal.browser().get(path_in(emails[-1], "/signalement/")).follow()
    press(page, "Ce n’était pas moi : tout arrêter")
    assert not is_signed_in(thief, person)
    come_in(thief, Visitor())
    assert not is_signed_in(thief, person)

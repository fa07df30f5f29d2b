"""Changing one's e-mail address, and the former address that takes it back."""

from __future__ import annotations

import pytest
from tests.email_change import NEW, ask, changed, confirm, told, undo_path

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.interfaces import IAccounts
from esea_auth_plugin.testing.pages import field_error, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in

pytestmark = pytest.mark.databases("sqlite")
both = pytest.mark.databases("sqlite", "postgresql")
OTHER = "Remettre mon ancienne adresse"


def email_of(portal: Portal, anne: Person) -> str:
    with portal.db.reading() as session:
        return str(portal.find(IAccounts).by_subject(session, anne.subject).email)


@both
def test_the_new_address_confirms_and_the_former_one_is_told(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    page = ask(browser)
    assert email_of(portal, anne) == anne.email, "nothing changes before the code came back"
    assert "anne.neuve" in text(confirm(portal, page).follow())
    assert email_of(portal, anne) == NEW
    letter = told(portal, anne)
    assert "Annuler ce changement" in letter.text and "/signalement/" in letter.text
    assert NEW not in letter.text, "the former mailbox may be in other hands"
    assert portal.emails(NEW)[-1].subject == "Cette adresse est maintenant celle de votre compte"


def test_a_shared_mailbox_is_warned_of_before_the_code_is_typed(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    shared = "urgences@chu.example.fr"
    page = send(browser.get("/compte/courriel"), {"Nouvel email": shared, "Confirmation nouvel email": shared}).follow()
    assert "ressemble à une boîte partagée" in page.text
    assert "boîte partagée" not in ask(browser).text, "one's own address is not"


@both
def test_the_former_address_takes_it_back_and_every_session_ends(portal: Portal) -> None:
    thief, anne = portal.signed_in()
    changed(portal, thief)
    reader = portal.browser()
    page = reader.get(undo_path(portal, anne)).follow()
    assert email_of(portal, anne) == NEW, "a GET changes nothing"
    assert "annulé" in text(press(page, OTHER))
    assert email_of(portal, anne) == anne.email
    assert thief.get("/compte").status_int == 303 and reader.get("/compte").status_int == 303
    assert portal.emails(NEW)[-1].subject == "Un changement d’adresse a été annulé"


def test_the_link_lives_72_hours_to_the_second_and_serves_once(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    changed(portal, browser)
    made, path = portal.clock.now(), undo_path(portal, anne)
    portal.clock.advance(hours=72, seconds=-1)
    assert portal.browser().get(path).follow().status_int == 200
    portal.clock.advance(seconds=1)
    assert portal.browser().get(path).follow(expect_errors=True).status_int == 410
    assert portal.clock.now() > made


def test_no_second_change_while_the_former_address_may_object(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    changed(portal, browser)
    assert "peut s’y opposer" in text(browser.get("/compte/courriel"))
    form = {"Nouvel email": "encore@chu.example.fr", "Confirmation nouvel email": "encore@chu.example.fr"}
    assert "Nouvel email" not in text(browser.get("/compte/courriel")), form
    portal.clock.advance(hours=73)
    again = portal.browser()
    portal.sign_in(again, Person(anne.subject, anne.identifier, NEW, anne.first_name, anne.last_name))
    changed(portal, again, "encore@chu.example.fr")


def test_what_was_mailed_to_the_former_address_is_dead(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    send(portal.browser().get("/connexion/oubli/mot-de-passe"), {"Identifiant ou email": anne.identifier})
    link = path_in(portal.emails(anne.email)[-1], "/connexion/reinitialisation/")
    changed(portal, browser)
    page = portal.browser().get(link).follow(expect_errors=True)
    assert page.status_int == 410


def test_a_taken_address_is_told_to_who_reads_it_only(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    other = portal.person()
    page = ask(browser, other.email).follow()
    unknown = ask(portal.signed_in()[0], "libre@chu.example.fr").follow()
    assert text(page).replace(other.email, "X") == text(unknown).replace("libre@chu.example.fr", "X").replace(
        "anne.pierre3", anne.identifier
    )
    answer = confirm(portal, page, other.email).follow()
    assert "appartient déjà à un autre compte" in text(answer)
    assert email_of(portal, anne) == anne.email


def test_five_wrong_codes_end_it(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    page = ask(browser).follow()
    right = portal.emails(NEW)[-1].code
    for number in range(5):
        page = send(page, {"Code reçu à la nouvelle adresse": f"{(int(right) + 1 + number) % 10**6:06d}"})
        assert field_error(page, "Code reçu à la nouvelle adresse")
    answer = send(page, {"Code reçu à la nouvelle adresse": right})
    assert "Cinq essais" in text(answer.follow()) and email_of(portal, anne) == anne.email


def test_a_code_is_late_after_ten_minutes(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    page = ask(browser).follow()
    code = portal.emails(NEW)[-1].code
    portal.clock.advance(minutes=10)
    answer = send(page, {"Code reçu à la nouvelle adresse": code})
    assert "/connexion" in answer.location or "expiré" in text(answer.maybe_follow())
    assert email_of(portal, anne) == anne.email


def test_a_stale_session_proves_itself_first_on_pages_and_json_alike(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    portal.clock.advance(minutes=11)
    assert "recent=1" in browser.get("/compte/courriel").location
    answer = browser.get("/compte/courriel", headers={"Accept": "application/json"}, expect_errors=True)
    assert answer.status_int == 403 and answer.content_type == "application/problem+json"


def test_notices_go_to_both_addresses_while_the_former_one_may_object(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    changed(portal, browser)
    person = Person(anne.subject, anne.identifier, NEW, anne.first_name, anne.last_name)
    portal.sign_in(portal.browser("203.0.113.9"), person)
    for address in (NEW, anne.email):
        assert [each for each in portal.emails(address) if each.subject == "Nouvelle connexion à votre compte"]
    portal.clock.advance(hours=73)
    before = len(portal.emails(anne.email))
    portal.sign_in(portal.browser("198.51.100.7"), person)
    assert len(portal.emails(anne.email)) == before


def test_after_it_was_taken_back_the_mailbox_alone_opens_nothing(portal: Portal) -> None:
    """The former mailbox may be in other hands: putting the address back must not give them the account."""
    browser, anne = portal.signed_in()
    changed(portal, browser)
    press(portal.browser().get(undo_path(portal, anne)).follow(), OTHER)
    page = portal.browser().get("/connexion/otp")
    answer = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).maybe_follow()
    assert "n’ouvrent aucun service" in text(answer)


def test_no_other_change_outlives_the_former_address_s_link(portal: Portal) -> None:
    """Whoever makes the second change (the support, a recovery): the first one's former address still objects."""
    browser, anne = portal.signed_in()
    changed(portal, browser)
    path = undo_path(portal, anne)
    with portal.db.writing() as session, pytest.raises(PortalError, match="72 heures"):
        portal.find(IAccounts).change_email(session, anne.subject, "par.le.support@chu.example.fr")
    press(portal.browser().get(path).follow(), OTHER)
    assert email_of(portal, anne) == anne.email


def test_an_address_mistyped_is_told_beside_its_field(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    page = send(browser.get("/compte/courriel"), {"Nouvel email": NEW, "Confirmation nouvel email": "a@b.fr"})
    assert field_error(page, "Confirmation nouvel email")
    assert field_error(ask(browser, anne.email), "Nouvel email")

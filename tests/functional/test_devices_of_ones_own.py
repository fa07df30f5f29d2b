"""« Mes dispositifs » with an application: added, confirmed by mail, used, revoked; and the sheet of codes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.devices import (
    ADD,
    CONFIRM,
    MODES,
    add_on_devices_page,
    by_application,
    code_now,
    give_application,
    link_to_confirm,
    with_password,
)
from webtest import TestResponse

from esea_auth_plugin.auth_modes.totp.models import TotpRow
from esea_auth_plugin.authentication.credentials.pending.service import remove_unconfirmed
from esea_auth_plugin.interfaces import IAccounts, IMaximumLevel, Level
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in

pytestmark = pytest.mark.settings(**MODES)


def manage(page: TestResponse, label: str) -> TestResponse:
    """Follow the link of the device with this name."""
    links = page.html.find_all("a", string=None)
    [link] = [each for each in links if each.get_text() == f"Gérer {label}"]
    return page.goto(link["href"])


def owned(portal: Portal, person: Person) -> Level:
    with portal.db.reading() as session:
        level: Level = portal.find(IMaximumLevel).of(session, person.subject)
    return level


def test_a_first_application_opens_nothing_before_the_mailed_link_confirms_it(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    key, page = add_on_devices_page(portal, browser)
    assert "Ouvrez le lien" in text(page.follow())
    assert "À confirmer par courriel" in text(browser.get("/compte/dispositifs"))
    assert owned(portal, anne) is Level.MAIL_CODE, "what waits must not lock its owner out of their own pages"
    answer = by_application(portal, portal.browser(), anne, key)
    assert "attend sa confirmation" in text(answer.follow())

    path = link_to_confirm(portal, anne)
    elsewhere = portal.browser()
    for _ in range(2):  # a mail scanner, then the person
        page = elsewhere.get(path).follow()
    assert path.rpartition("/")[2] not in page.text
    assert "Téléphone de service" in text(page)
    assert owned(portal, anne) is Level.MAIL_CODE, "a GET confirms nothing"
    page = press(page, "Confirmer ce dispositif").follow()
    assert "est confirmé" in text(page)
    assert elsewhere.get("/compte").status_int == 303, "nobody is signed in by it"
    assert owned(portal, anne) is Level.TWO_FACTORS
    assert by_application(portal, portal.browser(), anne, key).location.endswith("/compte")
    assert "n’est plus valable" in text(portal.browser().get(path).follow(status=410)), "it served once"


def test_one_email_tells_of_a_device_that_waits_and_confirms_or_stops_it(portal: Portal) -> None:
    """Two contradictory emails came in one second: « n’ouvre rien » and « ouvre votre compte »."""
    browser, anne = portal.signed_in()
    portal.emails()
    portal.smtp.clear()
    add_on_devices_page(portal, browser)
    (email,) = portal.emails(anne.email)
    assert "Confirmez" in email.subject
    page = portal.browser().get(path_in(email, "/signalement/")).follow()
    press(page, "Ce n’était pas moi : tout arrêter")
    assert browser.get("/compte").status_int == 303
    assert "n’est plus valable" in text(portal.browser().get(path_in(email, CONFIRM)).follow(status=410))


def test_who_did_not_add_it_removes_it_by_the_same_link(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    key, _ = add_on_devices_page(portal, browser)
    page = portal.browser().get(link_to_confirm(portal, anne)).follow()
    page = press(page, "Ce n’était pas moi : le retirer").follow()
    assert "Le dispositif est retiré" in text(page)
    assert "n’est pas accepté" in text(by_application(portal, portal.browser(), anne, key))


def test_after_a_day_the_link_confirms_nothing_and_a_job_removes_the_device(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    key, _ = add_on_devices_page(portal, browser)
    path = link_to_confirm(portal, anne)
    portal.clock.advance(hours=24)
    assert "n’est plus valable" in text(portal.browser().get(path).follow(status=410))
    assert "attend sa confirmation" in text(by_application(portal, portal.browser(), anne, key).follow())
    remove_unconfirmed(portal.registry)
    with portal.db.reading() as session:
        assert session.scalars(select(TotpRow.id)).all() == []


def test_a_letter_that_did_not_come_is_sent_again_and_the_former_link_dies(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    add_on_devices_page(portal, browser)
    former = link_to_confirm(portal, anne)
    portal.clock.advance(minutes=25)
    page = press(browser.get("/compte/dispositifs"), "Renvoyer le courriel pour Téléphone de service").follow()
    assert "un nouveau courriel part" in text(page), "no fresh proof is asked to have one's letter again"
    latest = link_to_confirm(portal, anne)
    assert latest != former
    assert "plus récent a remplacé" in text(portal.browser().get(former).follow(status=410))
    page = portal.browser().get(latest).follow()
    assert "est confirmé" in text(press(page, "Confirmer ce dispositif").follow())
    assert owned(portal, anne) is Level.TWO_FACTORS


def test_a_letter_sent_again_leaves_the_deadline_where_it_was(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    added_at = portal.clock.now()
    add_on_devices_page(portal, browser)
    former = link_to_confirm(portal, anne)
    portal.clock.advance(hours=1)
    portal.sign_in(browser, anne)
    press(manage(browser.get("/compte/dispositifs"), "Téléphone de service"), "Renvoyer le courriel")
    path = link_to_confirm(portal, anne)
    assert path != former
    first, again = (each for each in portal.emails(anne.email) if "/compte/dispositifs/confirmation/" in each.text)
    told = re.compile(r"avant le (.+?) :")
    assert told.findall(again.text) == told.findall(first.text) != []
    left = added_at + timedelta(hours=24) - portal.clock.now()
    portal.clock.advance(seconds=left.total_seconds() - 1)
    assert portal.browser().get(path).follow().status_int == 200
    portal.clock.advance(seconds=1)
    assert "n’est plus valable" in text(portal.browser().get(path).follow(status=410))


def test_once_something_stronger_is_owned_the_mailbox_confirms_nothing_any_more(portal: Portal) -> None:
    """A thief who added a telephone yesterday must not confirm it after the owner has added theirs."""
    browser, anne = portal.signed_in()
    add_on_devices_page(portal, browser)
    path = link_to_confirm(portal, anne)
    key = give_application(portal, anne)
    page = portal.browser().get(path).follow()
    assert "confirmez ce dispositif dans « Mes dispositifs »" in text(page)
    assert "Confirmer ce dispositif" not in text(page)
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    thief = portal.browser()
    thief.get(path).follow()
    thief.post("/compte/dispositifs/confirmation", {"csrf_token": token}, expect_errors=True)
    assert "À confirmer par courriel" in text(browser.get("/compte/dispositifs"))

    owner = portal.browser()
    by_application(portal, owner, anne, key)
    page = manage(owner.get("/compte/dispositifs"), "Téléphone de service")
    assert "est confirmé" in text(press(page, "Confirmer ce dispositif").follow())


def test_a_second_device_added_at_the_top_level_serves_at_once(portal: Portal) -> None:
    anne = portal.person()
    first = give_application(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, first)
    second, page = add_on_devices_page(portal, browser)
    assert "Son prochain code vous permettra" in text(page.follow())
    assert by_application(portal, portal.browser(), anne, second).location.endswith("/compte")


def test_a_mailed_code_adds_and_removes_nothing_once_an_application_is_owned(portal: Portal) -> None:
    """Keycloak CVE-2026-3429."""
    anne = portal.person()
    give_application(portal, anne)
    browser = portal.browser()
    portal.sign_in(browser, anne)
    page = browser.get("/compte/dispositifs")
    assert "/connexion?" in press(page, ADD).location
    page = manage(page, "Téléphone")
    assert "/connexion?" in press(page, "Retirer « Téléphone »").location
    with portal.db.reading() as session:
        assert session.scalar(select(TotpRow.id)) is not None


def test_a_mailbox_that_has_just_reset_the_password_adds_no_device(portal: Portal) -> None:
    """Whoever reads the mailbox would hold the link that confirms it, too."""
    browser, anne = portal.signed_in()
    with portal.db.writing() as session:
        until = portal.clock.now().replace(year=portal.clock.now().year + 1)
        portal.find(IAccounts).bar_mail_code(session, anne.subject, until)
    page = press(browser.get("/compte/dispositifs"), ADD).follow()
    assert "aucun dispositif ne peut être ajouté" in text(page)


def test_an_application_that_is_revoked_ends_the_sessions_it_opened(portal: Portal) -> None:
    anne = portal.person()
    first, second = give_application(portal, anne), give_application(portal, anne)
    lost, kept = portal.browser(), portal.browser()
    by_application(portal, lost, anne, first)
    by_application(portal, kept, anne, second)
    with portal.db.reading() as session:
        used = session.scalars(select(TotpRow).order_by(TotpRow.last_used_at)).first()
        assert used is not None
        reference = used.id
    page = kept.get(f"/compte/dispositifs/totp/{reference}")
    press(page, "Retirer « Téléphone »")
    assert lost.get("/compte").status_int == 303, "refused at the next request"
    assert kept.get("/compte").status_int == 200


def test_a_sheet_of_codes_is_shown_once(portal: Portal) -> None:
    anne = portal.person()
    key = give_application(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    page = press(browser.get("/compte/dispositifs"), "Imprimer des codes de secours").follow()
    page = press(page, "Créer mes codes")
    printed = re.findall(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b", text(page))
    assert len(printed) == 10
    listed = browser.get("/compte/dispositifs")
    assert "10 codes sur 10" in text(listed)
    assert not any(code in listed.text for code in printed)
    assert not any(code in browser.get("/compte/dispositifs/ajouter/secours").text for code in printed)
    page = send(with_password(portal.browser(), anne, "secours"), {"Code de secours": printed[4]})
    assert "nouveau-dispositif" in page.location


def test_nobody_is_told_by_the_page_of_codes_who_has_an_application(portal: Portal) -> None:
    anne, paul = portal.person(), portal.person()
    give_application(portal, anne)
    pages = [text(with_password(portal.browser(), person, "totp")) for person in (anne, paul)]
    assert pages[0] == pages[1]
    answers = []
    for person in (anne, paul):
        page = with_password(portal.browser(), person, "totp")
        answers.append(text(send(page, {"Code de l’application": "123 456"})))
    assert answers[0] == answers[1]


def test_a_code_typed_twice_opens_once(portal: Portal) -> None:
    anne = portal.person()
    key = give_application(portal, anne)
    assert by_application(portal, portal.browser(), anne, key).location.endswith("/compte")
    page = with_password(portal.browser(), anne, "totp")
    code = code_now(portal, key)
    assert "n’est pas accepté" in text(send(page, {"Code de l’application": f"{code[:3]} {code[3:]}"}))

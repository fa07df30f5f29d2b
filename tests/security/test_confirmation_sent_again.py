"""« Renvoyer le courriel » of a device that waits, attacked: to flood a mailbox, to reach another's, to reopen one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.devices import MODES, add_on_devices_page, give_application
from webtest import TestApp

from esea_auth_plugin.authentication.credentials.pending.models import PendingDeviceRow
from esea_auth_plugin.authentication.credentials.pending.service import PendingDevices
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.interfaces import IAccounts
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.settings(**MODES)

LINK = "/compte/dispositifs/confirmation/"


@pytest.fixture
def waiting(portal: Portal) -> tuple[TestApp, Person, str]:
    """Somebody whose application waits; their browser, and the address of the act."""
    browser, anne = portal.signed_in()
    add_on_devices_page(portal, browser)
    with portal.db.reading() as session:
        reference = session.scalar(select(PendingDeviceRow.reference).where(PendingDeviceRow.subject == anne.subject))
    return browser, anne, f"/compte/dispositifs/totp/{reference}/renvoyer"


def links(portal: Portal, person: Person) -> list[str]:
    return [path_in(letter, LINK) for letter in portal.emails(person.email) if LINK in letter.text]


def again(browser: TestApp, path: str) -> str:
    """Press the button as a form would; return what is told."""
    token = browser.get("/compte").html.find("input", attrs={"name": "csrf_token"})["value"]
    return text(browser.post(path, {"csrf_token": token}).follow())


def standing(portal: Portal) -> list[str]:
    with portal.db.reading() as session:
        return list(session.scalars(select(PendingDeviceRow.digest).order_by(PendingDeviceRow.id)))


def test_one_letter_a_minute_and_five_an_hour(portal: Portal, waiting: tuple[TestApp, Person, str]) -> None:
    browser, anne, path = waiting
    for minute in range(5):
        assert "un nouveau courriel part" in again(browser, path), minute
        assert "Un courriel vient de partir" in again(browser, path)
        portal.clock.advance(minutes=1)
    assert "Un courriel vient de partir" in again(browser, path)
    assert len(links(portal, anne)) == 1 + 5
    portal.clock.advance(hours=1)
    portal.sign_in(browser, anne)
    assert "un nouveau courriel part" in again(browser, path)


def test_two_devices_of_a_person_share_the_limits(portal: Portal, waiting: tuple[TestApp, Person, str]) -> None:
    """A second device that waits is no second way to flood the mailbox."""
    browser, anne, path = waiting
    add_on_devices_page(portal, browser)
    with portal.db.reading() as session:
        references = session.scalars(select(PendingDeviceRow.reference)).all()
    [other] = [each for each in references if each not in path]
    assert "un nouveau courriel part" in again(browser, path)
    assert "Un courriel vient de partir" in again(browser, f"/compte/dispositifs/totp/{other}/renvoyer")
    assert len(links(portal, anne)) == 2 + 1


def test_another_persons_device_gets_the_same_words_and_no_letter(
    portal: Portal, waiting: tuple[TestApp, Person, str]
) -> None:
    _, anne, path = waiting
    before = standing(portal)
    thief, paul = portal.signed_in()
    told = again(thief, path)
    portal.clock.advance(minutes=1)
    assert again(thief, "/compte/dispositifs/totp/nothing-of-the-kind/renvoyer") == told
    assert "Si ce dispositif attend sa confirmation" in told
    assert standing(portal) == before, "the owner's link lives on"
    assert len(links(portal, anne)) == 1 and links(portal, paul) == []


def test_nothing_that_is_over_waits_again(portal: Portal, waiting: tuple[TestApp, Person, str]) -> None:
    """Past its day, though no job has removed it yet."""
    _, anne, path = waiting
    assert len(links(portal, anne)) == 1
    portal.clock.advance(hours=24)
    fresh = portal.browser()
    portal.sign_in(fresh, anne)
    before = standing(portal)
    assert "Si ce dispositif attend" in again(fresh, path)
    assert len(links(portal, anne)) == 1 and standing(portal) == before


def test_once_something_stronger_is_owned_no_link_is_mailed(
    portal: Portal, waiting: tuple[TestApp, Person, str]
) -> None:
    browser, anne, path = waiting
    give_application(portal, anne)
    assert "plus sûr que votre boîte mail" in again(browser, path)
    assert len(links(portal, anne)) == 1
    assert "Renvoyer le courriel" not in browser.get("/compte/dispositifs").text
    assert "Renvoyer le courriel" not in browser.get(path.rpartition("/")[0]).text


def test_a_mailbox_that_is_not_believed_is_sent_no_link(portal: Portal, waiting: tuple[TestApp, Person, str]) -> None:
    """Whoever bought its domain, or has just replaced the password by it alone, would hold the link."""
    browser, anne, path = waiting
    with portal.db.writing() as session:
        until = portal.clock.now() + timedelta(days=1)
        portal.find(IAccounts).bar_mail_code(session, anne.subject, until)
    assert "n’ouvrent aucun service" in again(browser, path)
    assert len(links(portal, anne)) == 1


def test_another_site_and_nobody_at_all_send_nothing(portal: Portal, waiting: tuple[TestApp, Person, str]) -> None:
    browser, anne, path = waiting
    for token in ({}, {"csrf_token": "0" * 64}):
        assert browser.post(path, token, expect_errors=True).status_int == 400
    assert browser.get(path, expect_errors=True).status_int == 405, "a link in a page or a mail sends nothing"
    third_party = portal.browser()
    third_party.get("/connexion")
    assert third_party.post(path, {"csrf_token": "0" * 64}, expect_errors=True).status_int in {303, 400}
    assert len(links(portal, anne)) == 1


def test_each_letter_leaves_one_row_in_the_trail_and_no_link_in_it(
    portal: Portal, waiting: tuple[TestApp, Person, str]
) -> None:
    browser, anne, path = waiting
    again(browser, path)
    again(browser, path)
    with portal.db.reading() as session:
        rows = [row for row in audit_rows(session, most=1_000) if row.action == "device.confirmation_sent"]
    assert len(rows) == 1 and rows[0].target == anne.subject
    token = links(portal, anne)[-1].rpartition("/")[2]
    assert token not in repr(rows)


@pytest.mark.databases("sqlite", "postgresql")
def test_of_twenty_at_once_only_the_last_link_lives(portal: Portal, waiting: tuple[TestApp, Person, str]) -> None:
    """Past the limits even, a device never has two links."""
    _, anne, _ = waiting
    mode = modes_of(portal.registry).get("totp")
    assert mode is not None

    def send(_: int) -> bool:
        with portal.db.writing() as session:
            account = portal.find(IAccounts).by_subject(session, anne.subject)
            [device] = mode.credentials(session, anne.subject)
            return bool(portal.find(PendingDevices).send_again(session, account, mode, device))

    assert all(at_once(send, range(20)))
    alive = [each for each in links(portal, anne) if portal.browser().get(each).follow(status="*").status_int == 200]
    assert len(alive) == 1


def test_confirmed_meanwhile_is_confirmed(portal: Portal, waiting: tuple[TestApp, Person, str]) -> None:
    """The button of a page that stood open neither takes the confirmation back nor sends a link."""
    browser, anne, path = waiting
    page = portal.browser().get(links(portal, anne)[-1]).follow()
    press(page, "Confirmer ce dispositif")
    again(browser, path)
    assert len(links(portal, anne)) == 1 and standing(portal) == []

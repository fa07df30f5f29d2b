"""What a thief has begun ends with what its person does about it: a ticket, a link, a device that waits, a sign-in.

Each of these is worth something for minutes or a day, in a browser or a mailbox that is not the person's. A password or
an address changed, « Ce n'était pas moi », a device removed: nothing begun before may be finished after.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from tests.devices import (
    ADD,
    MODES,
    add_application,
    add_on_devices_page,
    by_application,
    code_now,
    give_application,
    give_codes,
    link_to_confirm,
)
from tests.email_change import changed, undo_path
from tests.recovery import NEW, accept_twice, ask_link, lose_everything, mailed_link, mailed_path, with_code
from webtest import AppError, TestApp

from esea_auth_plugin.accounts.models import Account
from esea_auth_plugin.auth_modes.totp.models import TotpRow
from esea_auth_plugin.authentication.credentials.pending.models import PendingDeviceRow
from esea_auth_plugin.authentication.credentials.pending.service import remove_unconfirmed
from esea_auth_plugin.events import SignedInFromNewNetwork
from esea_auth_plugin.interfaces import AccountState, IAccounts
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in, reference_on

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite")]

PASSWORDS = {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}


def change_password(portal: Portal, browser: TestApp, anne: Person) -> None:
    values = {"Mot de passe actuel": anne.password, **PASSWORDS}
    assert send(browser.get("/compte/mot-de-passe"), values).location.endswith("/compte")


def change_address(portal: Portal, browser: TestApp, anne: Person) -> None:
    changed(portal, browser)


def contest(portal: Portal, browser: TestApp, anne: Person) -> None:
    """Press « Ce n'était pas moi » in an email about a sign-in: it names no device of the thief's."""
    with portal.db.writing() as session:
        portal.registry.notify(SignedInFromNewNetwork(session, anne.subject, "Firefox", "203.0.113.9"))
    emails = [each for each in portal.emails(anne.email) if each.subject.startswith("Nouvelle connexion")]
    page = portal.browser().get(path_in(emails[-1], "/signalement/")).follow()
    press(page, "Ce n’était pas moi : tout arrêter")


def suspend_and_reopen(portal: Portal, browser: TestApp, anne: Person) -> None:
    with portal.db.writing() as session:
        for state in (AccountState.SUSPENDED, AccountState.ACTIVE):
            portal.find(IAccounts).set_state(session, anne.subject, state, reason="doubt", by=None)


Act = Callable[[Portal, TestApp, Person], None]
ACTS = [change_password, change_address, contest, suspend_and_reopen]


@pytest.mark.parametrize("act", ACTS)
def test_a_ticket_of_a_stolen_printed_code_is_over(portal: Portal, act: Act) -> None:
    anne = portal.person()
    key, printed = give_application(portal, anne), give_codes(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    thief = portal.browser("203.0.113.9")
    page = with_code(thief, anne, printed[0]).follow()
    waiting = press(page, ADD).follow()
    act(portal, browser, anne)
    assert "/oubli/dispositif" in press(page, ADD).location, "the ticket is over"
    assert "/oubli/dispositif" in add_application(portal, waiting)[1].location, "and what it had begun"
    assert applications(portal, anne) == 1


def test_a_sheet_of_codes_that_is_removed_takes_its_ticket_with_it(portal: Portal) -> None:
    """The drawer was broken into: its owner removes the sheet, and the thief has used a code of it a minute before."""
    anne = portal.person()
    key, printed = give_application(portal, anne), give_codes(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    page = with_code(portal.browser("203.0.113.9"), anne, printed[0]).follow()
    device = browser.get("/compte/dispositifs").html.select_one('a[href*="/dispositifs/secours/"]')
    page_of_it = browser.get(device["href"])
    button = next(each for each in page_of_it.html.select("button") if "Retirer" in each.text)
    press(page_of_it, " ".join(button.text.split()))
    assert "/oubli/dispositif" in press(page, ADD).location


def test_a_new_sheet_of_codes_takes_the_ticket_of_the_former_one_with_it(portal: Portal) -> None:
    anne = portal.person()
    key, printed = give_application(portal, anne), give_codes(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    page = with_code(portal.browser("203.0.113.9"), anne, printed[0]).follow()
    made = press(browser.get("/compte/dispositifs"), "Imprimer des codes de secours").follow()
    press(made, "Créer mes codes")
    assert "/oubli/dispositif" in press(page, ADD).location


@pytest.mark.parametrize("act", ACTS)
def test_the_link_of_two_reviewers_is_over(portal: Portal, act: Act) -> None:
    """Two reviewers were talked into it, the thief reads the mailbox, and Anne, who lost nothing, is there in time."""
    anne = portal.person()
    key = give_application(portal, anne)
    accept_twice(portal, reference_on(lose_everything(portal, anne.identifier)))
    path = mailed_path(portal, anne.email)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    act(portal, browser, anne)
    page = portal.browser("203.0.113.9").get(path).follow(expect_errors=True)
    assert page.status_int == 410
    assert applications(portal, anne) == 1


@pytest.mark.parametrize("act", ACTS)
def test_a_device_that_waits_is_not_confirmed_any_more(portal: Portal, act: Act) -> None:
    """A stolen password and a mailbox that is read add a device; the link in that mailbox must not confirm it then."""
    anne = portal.person()
    thief = portal.browser("203.0.113.9")
    portal.sign_in(thief, anne)
    add_on_devices_page(portal, thief)
    path = link_to_confirm(portal, anne)
    browser = portal.browser()
    portal.sign_in(browser, anne)
    act(portal, browser, anne)
    assert portal.browser("203.0.113.9").get(path).follow(expect_errors=True).status_int == 410
    remove_unconfirmed(portal.registry)
    assert applications(portal, anne) == 0


def test_a_device_that_waits_still_waits_while_its_mode_is_off(portal: Portal) -> None:
    """A mode was off for a day, and the job forgot that nobody had confirmed: it must not open the account later."""
    anne = portal.person()
    thief = portal.browser("203.0.113.9")
    portal.sign_in(thief, anne)
    add_on_devices_page(portal, thief)
    with portal.db.writing() as session:
        session.execute(update(PendingDeviceRow).values(mode="off"))
    portal.clock.advance(days=2)
    remove_unconfirmed(portal.registry)
    with portal.db.reading() as session:
        assert session.scalar(select(PendingDeviceRow.mode)) == "off"


def test_an_address_taken_back_ends_what_was_begun_meanwhile(portal: Portal) -> None:
    """The thief was at the top: the address, then everything lost. The former mailbox stops both."""
    anne = portal.person()
    key, printed = give_application(portal, anne), give_codes(portal, anne)
    thief = portal.browser("203.0.113.9")
    by_application(portal, thief, anne, key)
    change_address(portal, thief, anne)
    page = with_code(portal.browser("203.0.113.9"), anne, printed[0]).follow()
    press(portal.browser().get(undo_path(portal, anne)).follow(), "Remettre mon ancienne adresse")
    assert "/oubli/dispositif" in press(page, ADD).location


def test_a_reset_proven_by_a_device_that_was_removed_asks_again(portal: Portal) -> None:
    """The stolen telephone proved itself to the link, then its owner removed it: it must not stand for anybody."""
    anne = portal.person()
    key = give_application(portal, anne)
    ask_link(portal, anne.identifier)
    thief = portal.browser("203.0.113.9")
    page = press(
        thief.get(mailed_link(portal, anne.email)).follow(), "Continuer avec « Application d’authentification »"
    ).follow()
    portal.clock.advance(minutes=1)
    page = send(page, {"Code de l’application": code_now(portal, key)}).follow()
    assert "Nouveau mot de passe" in text(page)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    remove_application(portal, browser, anne)
    with pytest.raises(AppError, match="410"):
        send(page, PASSWORDS)


@pytest.mark.databases("sqlite", "postgresql")
def test_a_sign_in_that_waits_at_the_conditions_ends_with_its_device(portal: Portal) -> None:
    """Every stage was proven by a telephone that its owner removes meanwhile: no session may come of it."""
    anne = portal.person()
    key = give_application(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    with portal.db.writing() as session:
        session.execute(update(Account).where(Account.subject == anne.subject).values(terms_version="0"))
    thief = portal.browser("203.0.113.9")
    page = by_application(portal, thief, anne, key).follow()
    assert "Conditions d" in text(page)
    remove_application(portal, browser, anne)
    accept = {"cgu": "oui", "version": page.form["version"].value, "csrf_token": page.form["csrf_token"].value}
    thief.post("/connexion/conditions", accept)
    assert thief.get("/compte").status_int == 303, "nobody came in with a removed device"


def remove_application(portal: Portal, browser: TestApp, anne: Person) -> None:
    with portal.db.reading() as session:
        device = session.scalar(select(TotpRow.id).where(TotpRow.subject == anne.subject))
    press(browser.get(f"/compte/dispositifs/totp/{device}"), "Retirer « Téléphone »")
    assert applications(portal, anne) == 0


def applications(portal: Portal, anne: Person) -> int:
    with portal.db.reading() as session:
        return len(session.scalars(select(TotpRow.id).where(TotpRow.subject == anne.subject)).all())

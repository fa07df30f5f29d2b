"""What a thief tries with « Signaler une perte »: to get the account's stronger device out of the way.

Reporting asks for less than any other change, so each way from it to the account's top level is tried here.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.devices import by_application, give_application, with_password
from tests.functional.test_lost_devices import key_path, keys_of
from tests.passkeys import give_key, sign_in_with
from webtest import TestApp

from esea_auth_plugin.auth_modes.totp.mode import TotpMode
from esea_auth_plugin.auth_modes.totp.models import TotpRow
from esea_auth_plugin.authentication.credentials.loss.models import LostDeviceRow
from esea_auth_plugin.authentication.credentials.loss.service import LostDevices, remove_lost
from esea_auth_plugin.foundation.revocation import end_everything
from esea_auth_plugin.interfaces import IMaximumLevel, IRoles, Level
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in

MODES = "passkey password mail_code totp recovery_codes"
pytestmark = pytest.mark.settings(**{"esea_auth.modes": MODES})
BLOCK = "Bloquer « Téléphone »"


def csrf(browser: TestApp) -> str:
    return str(browser.get("/compte").html.find("input", attrs={"name": "csrf_token"})["value"])


def owned(portal: Portal, person: Person) -> Level:
    with portal.db.reading() as session:
        found: Level = portal.find(IMaximumLevel).of(session, person.subject)
    return found


def planned(portal: Portal) -> int:
    with portal.db.reading() as session:
        return len(session.scalars(select(LostDeviceRow).where(LostDeviceRow.removal_at.is_not(None))).all())


def thief(portal: Portal, victim: Person, key: str) -> TestApp:
    """Return a thief's browser, signed in with the password and the application."""
    browser = portal.browser("203.0.113.9")
    by_application(portal, browser, victim, key)
    return browser


@pytest.fixture
def victim(portal: Portal) -> tuple[Person, str]:
    """Somebody whose passkey the thief has not, and the key of the application that was stolen."""
    anne = portal.person()
    give_key(portal, anne)
    return anne, give_application(portal, anne)


def test_a_password_and_a_mailbox_never_remove_a_key(portal: Portal, victim: tuple[Person, str]) -> None:
    anne, _ = victim
    browser = portal.browser()
    portal.sign_in(browser, anne)
    path = key_path(portal, anne)
    for _ in range(3):
        browser.post(f"{path}/perdu", {"csrf_token": csrf(browser)})
    assert planned(portal) == 0
    portal.clock.advance(days=60)
    remove_lost(portal.registry)
    assert keys_of(portal, anne) == 1
    assert owned(portal, anne) is Level.RESISTANT


def test_a_blocked_key_still_counts_so_nothing_can_be_added(portal: Portal, victim: tuple[Person, str]) -> None:
    browser = thief(portal, *victim)
    press(browser.get(f"{key_path(portal, victim[0])}/perdu"), BLOCK)
    assert owned(portal, victim[0]) is Level.RESISTANT
    for path in ("/compte/dispositifs/ajouter/cle", "/compte/dispositifs/ajouter/totp", "/compte/mot-de-passe"):
        answer = browser.post(path, {"csrf_token": csrf(browser), "debut": "1"})
        assert "recent=1" in answer.location, path


def test_the_mailed_link_stops_the_removal_and_blocks_what_the_thief_used(
    portal: Portal, victim: tuple[Person, str]
) -> None:
    anne, key = victim
    browser = thief(portal, anne, key)
    press(browser.get(f"{key_path(portal, anne)}/perdu"), BLOCK)
    (email,) = [one for one in portal.emails(anne.email) if "signalé perdu" in one.subject]
    portal.clock.advance(hours=71)
    page = portal.browser().get(path_in(email, "/signalement/")).follow()
    assert "retraits prévus" in text(page)
    press(page, "Ce n’était pas moi : tout arrêter")
    assert planned(portal) == 0
    portal.clock.advance(days=30)
    remove_lost(portal.registry)
    assert keys_of(portal, anne) == 1
    assert browser.get("/compte").status_int == 303
    page = with_password(portal.browser("203.0.113.9"), anne, "totp")
    assert "Identifiant ou mot de passe incorrect" in text(page), "what the thief used is blocked"


def test_a_second_report_does_not_bring_the_removal_forward(portal: Portal, victim: tuple[Person, str]) -> None:
    anne, key = victim
    path = key_path(portal, anne)
    browser = thief(portal, anne, key)
    browser.post(f"{path}/perdu", {"csrf_token": csrf(browser)})
    with portal.db.reading() as session:
        first = session.scalar(select(LostDeviceRow.removal_at))
    portal.clock.advance(hours=1)
    browser = thief(portal, anne, key)
    browser.post(f"{path}/perdu", {"csrf_token": csrf(browser)})
    with portal.db.reading() as session:
        assert session.scalar(select(LostDeviceRow.removal_at)) == first


def test_a_role_is_never_reached_by_waiting(portal: Portal, victim: tuple[Person, str]) -> None:
    """A removed key would let the thief add one of their own, and review with it."""
    anne, key = victim
    with portal.db.writing() as session:
        portal.find(IRoles).give(session, anne.subject, "support", given_by=anne.subject)
    browser = thief(portal, anne, key)
    path = key_path(portal, anne)
    page = browser.get(f"{path}/perdu")
    assert "deux personnes du support" in text(page)
    press(page, BLOCK)
    assert planned(portal) == 0


def test_a_role_given_meanwhile_stops_the_removal(portal: Portal, victim: tuple[Person, str]) -> None:
    anne, key = victim
    browser = thief(portal, anne, key)
    press(browser.get(f"{key_path(portal, anne)}/perdu"), BLOCK)
    with portal.db.writing() as session:
        portal.find(IRoles).give(session, anne.subject, "support", given_by=anne.subject)
    portal.clock.advance(hours=80)
    remove_lost(portal.registry)
    assert keys_of(portal, anne) == 1


def test_a_session_left_open_blocks_nothing(portal: Portal, victim: tuple[Person, str]) -> None:
    anne, key = victim
    browser = thief(portal, anne, key)
    portal.clock.advance(minutes=10, seconds=1)
    path = f"{key_path(portal, anne)}/perdu"
    answer = browser.post(path, {"csrf_token": csrf(browser)})
    assert answer.location.endswith("/perdu")
    token = {"csrf_token": csrf(browser)}
    told = browser.post(path, token, headers={"Accept": "application/json"}, expect_errors=True)
    assert told.status_int == 403
    with portal.db.reading() as session:
        assert session.scalars(select(LostDeviceRow)).all() == []


def test_nobody_reports_the_device_of_another_person(portal: Portal, victim: tuple[Person, str]) -> None:
    browser, _ = portal.signed_in()
    path = key_path(portal, victim[0])
    token = csrf(browser)
    for act in ("perdu", "garder", "retrouve"):
        for field in ({}, {"csrf_token": token}):
            assert browser.post(f"{path}/{act}", field, expect_errors=True).status_int >= 303
    assert browser.get(f"{path}/perdu", expect_errors=True).status_int == 404
    with portal.db.reading() as session:
        assert session.scalars(select(LostDeviceRow)).all() == []


def test_a_blocked_device_does_not_unblock_itself_nor_does_a_weaker_one(
    portal: Portal, victim: tuple[Person, str]
) -> None:
    anne, key = victim
    browser = thief(portal, anne, key)
    path = key_path(portal, anne)
    press(browser.get(f"{path}/perdu"), BLOCK)
    answer = browser.post(f"{path}/retrouve", {"csrf_token": csrf(browser)})
    assert "recent=1" in answer.location
    assert "Signalé perdu" in text(browser.get(path))


def test_the_stolen_device_can_not_report_the_others_in_its_last_session(portal: Portal) -> None:
    """Two thieves' moves: the session that the lost key opened ends with the report, before it can answer in kind."""
    anne = portal.person()
    stolen = give_key(portal, anne)
    robber = portal.browser("203.0.113.9")
    sign_in_with(robber, stolen)
    token = csrf(robber)
    browser = portal.browser()
    by_application(portal, browser, anne, give_application(portal, anne))
    press(browser.get(f"{key_path(portal, anne)}/perdu"), BLOCK)
    with portal.db.reading() as session:
        application = session.scalar(select(TotpRow.id).where(TotpRow.subject == anne.subject))
    answer = robber.post(f"/compte/dispositifs/totp/{application}/perdu", {"csrf_token": token}, expect_errors=True)
    assert answer.status_int != 200
    assert browser.get("/compte").status_int == 200


def test_whatever_ends_an_account_s_business_stops_the_removal(portal: Portal, victim: tuple[Person, str]) -> None:
    anne, key = victim
    browser = thief(portal, anne, key)
    press(browser.get(f"{key_path(portal, anne)}/perdu"), BLOCK)
    assert planned(portal) == 1
    with portal.db.writing() as session:
        end_everything(portal.registry, session, anne.subject)
    assert planned(portal) == 0


class Elsewhere(TotpMode):
    """A mode that another site hosts: its identities link by the number that they prove."""

    name = "elsewhere"
    external = True


def test_an_identity_that_would_link_itself_again_stays_blocked(portal: Portal, victim: tuple[Person, str]) -> None:
    """Removed, a stolen e-CPS would open the account at its next use; blocked, it does not."""
    lost = portal.find(LostDevices)
    with portal.db.reading() as session:
        for proven in Level:
            why = lost.why_not_removed(
                session, victim[0].subject, Elsewhere(portal.registry), proven=proven, wanted=Level.RESISTANT
            )
            assert "Elle reste bloquée ici" in why, proven

"""Whatever opens an account is changed only by a proof of its highest level, ten minutes old at most (rows 8 and 18).

On every page and for every program that asks for JSON: a session left open, a stolen password with a stolen mailbox, or
a proof of this morning change nothing.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from tests.devices import MODES, by_application, give_application
from webtest import TestApp

from esea_auth_plugin.accounts.resources import ProfileResource
from esea_auth_plugin.auth_modes.password.models import PasswordRow
from esea_auth_plugin.auth_modes.totp.models import TotpRow
from esea_auth_plugin.authentication.credentials.resources import (
    DeviceResource,
    DevicesResource,
    EnrolActionResource,
    EnrolResource,
)
from esea_auth_plugin.authentication.linking.resources import LinkResource
from esea_auth_plugin.interfaces import IAccounts
from esea_auth_plugin.my_account.email_change.resources import EmailResource
from esea_auth_plugin.recovery.resources import PasswordResource
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.settings(**MODES)

#: Places under which a factor, an address, a password, or a number that the support calls back is changed.
PLACES = (
    DevicesResource,
    DeviceResource,
    EnrolResource,
    EnrolActionResource,
    LinkResource,
    EmailResource,
    PasswordResource,
    ProfileResource,
)
#: Acts there that change nothing of the kind, with the reason.
HARMLESS = {
    "plus-tard": "hides a reminder",
    "perdu": "suspends; what it takes and what it can't be used for: test_lost_device_attacks.py",
    "garder": "removes nothing, and gives nothing back",
    "renvoyer": "mails the account's own address; what confirms a device is still the link in the letter",
}
NEW = "Girafe-Tambour-Melon-48"


def test_every_act_there_declares_it(portal: Portal) -> None:
    """A view that somebody adds without it fails here, by name."""
    open_ones, judged = [], 0
    for item in portal.registry.introspector.get_category("views") or []:
        view = item["introspectable"]
        if view["context"] not in PLACES or "POST" not in (view.get("request_methods") or ()):
            continue
        judged += 1
        if not view.get("top_level") and view["name"] not in HARMLESS:
            open_ones.append(f"{view['context'].__name__} {view['name']!r}")
    assert open_ones == []
    assert judged > 8


@pytest.fixture
def anne(portal: Portal) -> tuple[Person, str]:
    person = portal.person()
    return person, give_application(portal, person)


def acts(portal: Portal, person: Person) -> dict[str, dict[str, str]]:
    """Return every act by address, with what its form would send."""
    with portal.db.reading() as session:
        device = session.scalar(select(TotpRow.id).where(TotpRow.subject == person.subject))
    passwords = {"current": person.password, "password": NEW, "password_again": NEW}
    email = "voleur@exemple.fr"
    return {
        f"/compte/dispositifs/totp/{device}/retirer": {},
        f"/compte/dispositifs/totp/{device}/renommer": {"label": "À moi"},
        f"/compte/dispositifs/totp/{device}/confirmer": {},
        "/compte/dispositifs/ajouter/totp": {"debut": "1"},
        "/compte/dispositifs/ajouter/secours": {"debut": "1"},
        "/compte/dispositifs/lier": {},
        "/compte/mot-de-passe": passwords,
        "/compte/courriel": {"email": email, "email_again": email},
        # A number that the support writes down lets whoever proves it come in: a thief must not even ask.
        "/compte/profil/rectifier": {"rpps": "10000000009", "motive": "Mon numéro a changé cet été."},
        "/compte/profil/modifier": {"phone": "05 99 99 99 99", "mobile": "06 99 99 99 99"},
    }


def attack(portal: Portal, browser: TestApp, person: Person) -> None:
    """Try every act, as a page and as JSON; nothing may change."""
    before = standing(portal, person)
    page = browser.get("/compte")
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    for path, values in acts(portal, person).items():
        fields = {**values, "csrf_token": token}
        answer = browser.post(path, fields, expect_errors=True)
        assert answer.status_int == 303, path
        assert "/connexion?" in answer.location, path
        assert "recent=1" in answer.location, path
        told = browser.post(path, fields, headers={"Accept": "application/json"}, expect_errors=True)
        assert told.status_int == 403, path
        assert told.content_type == "application/problem+json", path
    assert standing(portal, person) == before
    assert portal.emails("voleur@exemple.fr") == []


def standing(portal: Portal, person: Person) -> Any:
    accounts = portal.find(IAccounts)
    with portal.db.reading() as session:
        rows = session.execute(select(TotpRow.id, TotpRow.label)).all()
        password = session.scalar(select(PasswordRow.password_hash).where(PasswordRow.subject == person.subject))
        email = accounts.by_subject(session, person.subject).email
        return [tuple(row) for row in rows], password, email, accounts.attributes(session, person.subject)


def test_a_password_and_a_mailbox_change_nothing_of_who_owns_an_application(
    portal: Portal, anne: tuple[Person, str]
) -> None:
    browser = portal.browser()
    portal.sign_in(browser, anne[0])
    attack(portal, browser, anne[0])


def test_a_session_left_open_changes_nothing_after_ten_minutes(portal: Portal, anne: tuple[Person, str]) -> None:
    browser = portal.browser()
    by_application(portal, browser, *anne)
    portal.clock.advance(minutes=10, seconds=1)
    attack(portal, browser, anne[0])


def test_a_weaker_proof_given_again_does_not_freshen_the_stronger_one(portal: Portal, anne: tuple[Person, str]) -> None:
    """Keycloak CVE-2026-3429, the other way round: the session is strong, but only the mailed code is fresh."""
    browser = portal.browser()
    by_application(portal, browser, *anne)
    portal.clock.advance(minutes=10, seconds=1)
    portal.sign_in(browser, anne[0])
    attack(portal, browser, anne[0])


def test_another_persons_device_is_nobodys_here(portal: Portal, anne: tuple[Person, str]) -> None:
    paul = portal.person()
    browser = portal.browser()
    by_application(portal, browser, paul, give_application(portal, paul))
    with portal.db.reading() as session:
        device = session.scalar(select(TotpRow.id).where(TotpRow.subject == anne[0].subject))
    token = browser.get("/compte").html.find("input", attrs={"name": "csrf_token"})["value"]
    for act in ("retirer", "renommer", "confirmer"):
        path = f"/compte/dispositifs/totp/{device}/{act}"
        assert browser.post(path, {"csrf_token": token, "label": "À moi"}, expect_errors=True).status_int == 404
    assert browser.get(f"/compte/dispositifs/totp/{device}", expect_errors=True).status_int == 404


def test_another_site_adds_and_removes_nothing(portal: Portal, anne: tuple[Person, str]) -> None:
    """CSRF on every change (row 18: LemonLDAP CVE-2024-52948)."""
    browser = portal.browser()
    by_application(portal, browser, *anne)
    before = standing(portal, anne[0])
    for path, values in acts(portal, anne[0]).items():
        for token in ({}, {"csrf_token": "0" * 64}):
            answer = browser.post(path, {**values, **token}, expect_errors=True)
            assert answer.status_int >= 400, path
    assert standing(portal, anne[0]) == before

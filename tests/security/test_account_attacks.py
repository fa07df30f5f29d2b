"""« Mon compte », attacked: from another site, from a session that proved too little, or too long ago."""

from __future__ import annotations

from typing import Any

import pytest
from webtest import TestApp

from esea_auth_plugin.auth_modes.totp.models import TotpRow
from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.testing.pages import text
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.databases("sqlite")

#: Every change that « Mon compte » offers.
CHANGES = [
    "/compte/favori",
    "/compte/sessions/fermer",
    "/compte/sessions/fermer-les-autres",
    "/compte/courriel",
    "/compte/courriel/code",
    "/compte/mot-de-passe",
    "/compte/notifications/choisir",
    "/compte/notifications/debloquer",
    "/compte/profil/modifier",
    "/compte/profil/rectifier",
    "/compte/mes-donnees/telecharger",
    "/compte/fermer",
]
#: Those that change what opens the account, or take away what is known of its person.
GUARDED = [
    ("GET", "/compte/courriel"),
    ("POST", "/compte/courriel"),
    ("GET", "/compte/courriel/code"),
    ("POST", "/compte/courriel/code"),
    ("GET", "/compte/mot-de-passe"),
    ("POST", "/compte/mot-de-passe"),
    ("POST", "/compte/notifications/debloquer"),
    ("GET", "/compte/profil/modifier"),
    ("POST", "/compte/profil/modifier"),
    ("POST", "/compte/mes-donnees/telecharger"),
    ("GET", "/compte/fermer"),
    ("POST", "/compte/fermer"),
]


def token(browser: TestApp) -> str:
    return str(browser.get("/compte").html.find("input", attrs={"name": "csrf_token"})["value"])


def send(browser: TestApp, method: str, path: str, **headers: str) -> Any:
    values = {"csrf_token": token(browser)} if method == "POST" else {}
    call = browser.post if method == "POST" else browser.get
    return call(path, values, headers=headers, expect_errors=True)


def events(portal: Portal, person: Person) -> int:
    with portal.db.reading() as session:
        return len(audit_rows(session, target=person.subject))


@pytest.mark.parametrize("path", CHANGES)
def test_another_site_changes_nothing(portal: Portal, path: str) -> None:
    """A form sent from elsewhere carries the cookie, and neither our token nor our origin (row 18)."""
    browser, anne = portal.signed_in()
    known, before = token(browser), events(portal, anne)
    assert browser.post(path, {}, expect_errors=True).status_int == 400
    assert browser.post(path, {"csrf_token": known[::-1]}, expect_errors=True).status_int == 400
    elsewhere = {"Origin": "https://attaque.example"}
    assert browser.post(path, {"csrf_token": known}, headers=elsewhere, expect_errors=True).status_int == 400
    assert events(portal, anne) == before and browser.get("/compte").status_int == 200


@pytest.mark.parametrize("path", CHANGES)
def test_nobody_signed_in_changes_nothing(portal: Portal, path: str) -> None:
    browser = portal.browser()
    page = browser.get("/connexion/otp")
    given = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    answer = browser.post(path, {"csrf_token": given}, expect_errors=True)
    assert answer.status_int == 303 and "/connexion" in answer.location


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_session_left_open_proves_itself_first(portal: Portal, method: str, path: str) -> None:
    browser, anne = portal.signed_in()
    portal.clock.advance(minutes=11)
    before = events(portal, anne)
    answer = send(browser, method, path)
    assert answer.status_int == 303 and "recent=1" in answer.location
    assert send(browser, method, path, Accept="application/json").status_int == 403
    assert events(portal, anne) == before


@pytest.mark.settings(**{"esea_auth.modes": "password mail_code totp"})
@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_mailed_code_is_no_proof_for_who_owns_more(portal: Portal, method: str, path: str) -> None:
    """Row 8, Keycloak CVE-2026-3429: fresh as it may be, it is below the highest level that the account owns."""
    browser, anne = portal.signed_in()
    with portal.db.writing() as session:
        session.add(
            TotpRow(subject=anne.subject, label="Téléphone", sealed_secret="", last_step=0, added_at=portal.clock.now())
        )
    answer = send(browser, method, path)
    assert answer.status_int == 303 and "recent=1" in answer.location


@pytest.mark.parametrize("path", ["/compte/gestion", "/compte/sessions", "/compte/activite", "/compte/notifications"])
def test_pages_of_one_s_account_are_never_stored(portal: Portal, path: str) -> None:
    """Row 12: on a shared workstation the back button shows nothing of who was there."""
    browser, anne = portal.signed_in()
    page = browser.get(path)
    assert page.headers["Cache-Control"] == "no-store"
    other, _ = portal.signed_in(first_name="Autre")
    assert anne.email not in text(other.get(path))

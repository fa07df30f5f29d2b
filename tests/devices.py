"""Steps with devices of one's own, shared by the tests: an application, printed codes, and how they sign in."""

from __future__ import annotations

import re

from webtest import TestApp, TestResponse

from esea_auth_plugin.auth_modes.recovery_codes.service import RecoveryCodes
from esea_auth_plugin.auth_modes.totp import codes
from esea_auth_plugin.auth_modes.totp.service import Applications
from esea_auth_plugin.authentication.contract import Attempt
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import PASSWORD, Person, Portal
from esea_auth_plugin.testing.sign_up import path_in

MODES = {"esea_auth.modes": "password mail_code totp recovery_codes"}
KEY = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")
#: Where the mailed link of a device that waits begins.
CONFIRM = "/compte/dispositifs/confirmation/"
ADD = "Ajouter une application d’authentification"


def code_now(portal: Portal, key: str) -> str:
    """Return what the application with this key shows."""
    return codes.code_of(key, codes.step_at(portal.clock.now()))


def give_application(portal: Portal, person: Person) -> str:
    """Give a person an application that was confirmed long ago; return its key."""
    key = codes.new_key()
    attempt = Attempt(id=new_id(), at=portal.clock.now(), subject=person.subject)
    step = codes.step_at(attempt.at)
    with portal.db.writing() as session:
        Applications(portal.registry).add(session, attempt, person.subject, key, step, "Téléphone")
    return key


def give_codes(portal: Portal, person: Person) -> tuple[str, ...]:
    """Give a person a sheet of codes; return them."""
    service = RecoveryCodes(portal.registry)
    sheet = service.make()
    with portal.db.writing() as session:
        service.store(session, person.subject, sheet, portal.clock.now())
    return sheet.codes


def add_application(portal: Portal, page: TestResponse, name: str = "Téléphone de service") -> tuple[str, TestResponse]:
    """Answer the page that shows a key; return the key and what follows."""
    found = KEY.search(text(page))
    assert found is not None, text(page)
    key = found[0].replace(" ", "")
    values = {"Nom de ce dispositif": name, "Code que montre l’application": code_now(portal, key)}
    return key, send(page, values)


def add_on_devices_page(portal: Portal, browser: TestApp) -> tuple[str, TestResponse]:
    """Add an application from « Mes dispositifs »; return its key and what follows."""
    page = press(browser.get("/compte/dispositifs"), ADD).follow()
    return add_application(portal, page)


def with_password(browser: TestApp, person: Person, segment: str, password: str = PASSWORD) -> TestResponse:
    """Go through the password's stage of a mode."""
    page = browser.get(f"/connexion/{segment}")
    return send(page, {"Identifiant ou email": person.identifier, "Mot de passe": password}).maybe_follow()


def by_application(
    portal: Portal, browser: TestApp, person: Person, key: str, password: str = PASSWORD
) -> TestResponse:
    """Sign in by password and application, a minute later; return the answer to the code."""
    portal.clock.advance(minutes=1)
    page = with_password(browser, person, "totp", password)
    return send(page, {"Code de l’application": code_now(portal, key)})


def link_to_confirm(portal: Portal, person: Person) -> str:
    """Return the path of the latest mailed link that confirms a device."""
    emails = [letter for letter in portal.emails(person.email) if CONFIRM in letter.text]
    assert emails, "no link was mailed"
    return path_in(emails[-1], CONFIRM)

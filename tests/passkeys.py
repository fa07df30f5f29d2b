"""Passkeys in tests: a key for a person, and answers through the portal's own pages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from webtest import TestApp

from esea_auth_plugin.auth_modes.passkey.settings import party
from esea_auth_plugin.authentication.contract import Attempt, Enrolled
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.testing.authenticator import Authenticator
from esea_auth_plugin.testing.portal import Person, Portal

#: Settings of a portal whose people sign in with keys.
MODES = {"esea_auth.modes": "passkey password mail_code"}


def give_key(portal: Portal, person: Person, label: str = "Téléphone", attests: Any = None) -> Authenticator:
    """Add a key of a new device to a person, as the page of its addition does.

    :param attests: what the device's maker says of it (:attr:`Authenticator.attests`).
    """
    mode = modes_of(portal.registry).get("passkey")
    assert mode is not None
    _, origins = party(portal.registry)
    device = Authenticator(origins[0], attests=attests)
    attempt = Attempt(new_id(), portal.clock.now(), subject=person.subject, email=person.email, browser="a browser")
    with portal.db.writing() as session:
        shown: Any = mode.enrolment.begin(session, attempt)
        credential = device.create(shown.values["options"])
        values = {"credential": credential, "challenge": shown.values["challenge"], "label": label}
        assert isinstance(mode.enrolment.answer(session, replace(attempt, values=values), None), Enrolled)
    return device


def key_page(browser: TestApp, **asked: str) -> Any:
    """Open the page of the mode and return its form, with what it asks of a key."""
    page = browser.get("/connexion/cle", params=asked)
    form = next(form for form in page.forms.values() if "credential" in form.fields)
    return form, json.loads(page.html.select_one("[data-passkey]")["data-options"])


def answer_with(form: Any, credential: str) -> Any:
    """Send the page's form with an answer."""
    form["credential"] = credential
    return form.submit(expect_errors=True)


def sign_in_with(browser: TestApp, device: Authenticator, **asked: str) -> Any:
    """Sign in with a device's last key; return the answer."""
    form, options = key_page(browser, **asked)
    return answer_with(form, device.get(options))

"""Changing one's e-mail address, step by step, and what the former address is told."""

from __future__ import annotations

from webtest import TestApp, TestResponse

from esea_auth_plugin.testing.pages import send
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in
from esea_auth_plugin.testing.smtp import ReceivedEmail

NEW = "anne.neuve@chu.example.fr"


def ask(browser: TestApp, email: str = NEW) -> TestResponse:
    """Ask for a change; return the answer."""
    return send(browser.get("/compte/courriel"), {"Nouvel email": email, "Confirmation nouvel email": email})


def confirm(portal: Portal, page: TestResponse, email: str = NEW) -> TestResponse:
    """Type the code that came to the new address."""
    return send(page.maybe_follow(), {"Code reçu à la nouvelle adresse": portal.emails(email)[-1].code})


def changed(portal: Portal, browser: TestApp, email: str = NEW) -> None:
    """Change the address of who is signed in."""
    assert confirm(portal, ask(browser, email), email).location.endswith("/compte/profil")


def told(portal: Portal, anne: Person) -> ReceivedEmail:
    """Return what the former address was told."""
    return next(each for each in portal.emails(anne.email) if each.subject.startswith("L’adresse de votre compte"))


def undo_path(portal: Portal, anne: Person) -> str:
    """Return the path of the link that takes the change back."""
    return path_in(told(portal, anne), "/adresse-precedente/")

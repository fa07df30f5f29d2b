"""What people do in a browser, in words: fill by label, press a button by its text, sign in with the mailed code."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Locator, Page

from esea_auth_plugin.testing.portal import Person, Portal


def fill(scope: Page | Locator, values: Mapping[str, str]) -> None:
    """Fill text fields, and choose in lists, by label; a label may be followed by the mark of a mandatory field."""
    for label, value in values.items():
        field = scope.get_by_label(label, exact=False).first
        if field.evaluate("(element) => element.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def press(scope: Page | Locator, button: str) -> None:
    """Press the button with this text."""
    scope.get_by_role("button", name=button, exact=True).first.click()


def sign_in(page: Page, portal: Portal, person: Person) -> None:
    """Choose « OTP » on the page of the modes, give the password, then the code that the worker mailed."""
    page.get_by_role("main").get_by_role("link", name="OTP").click()
    identify(page, portal, person.identifier, person.password, person.email)


def identify(page: Page, portal: Portal, login: str, password: str, mailbox: str) -> None:
    """Give identifier and password, then the code that came to the mailbox."""
    portal.smtp.clear()
    fill(page, {"Identifiant ou email": login, "Mot de passe": password})
    press(page, "Valider")
    code = page.get_by_label("Code reçu par courriel")
    code.wait_for()
    code.fill(portal.smtp.wait(mailbox).code)
    press(page, "Valider")
    page.get_by_role("button", name="Me déconnecter").first.wait_for()
    portal.clock.advance(minutes=1)  # one code a minute, should the same person come again

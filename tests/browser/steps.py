"""What people do in a browser, in words: fill by label, press a button by its text, sign in with the mailed code."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page
from webtest import TestApp

from esea_auth_plugin.interfaces import PortalSettings
from esea_auth_plugin.testing.portal import Person, Portal

#: More stops than any of our pages has before its form.
_MAX = 40
_STOP = """() => {
    const stop = document.activeElement, style = getComputedStyle(stop), box = stop.getBoundingClientRect();
    const named = (stop.labels && stop.labels[0] || stop).textContent.replace(/\\s+/g, ' ').trim();
    const seen = box.width > 1 && box.height > 1 && (style.outlineStyle !== 'none' || style.boxShadow !== 'none');
    return [named, seen];
}"""
_MARKS = r"\s*(\*|\((obligatoire|facultatif)\)|\s)*"


def said(text: str, marks: str = "") -> re.Pattern[str]:
    """Match a text as people read it: either apostrophe, any white space, and the marks allowed after it."""
    words = (re.escape(word).replace("’", "'").replace("'", "['’]") for word in text.split())
    return re.compile(r"^\s*" + r"\s+".join(words) + marks + r"\s*$")


def fill(scope: Page | Locator, values: Mapping[str, str]) -> None:
    """Fill text fields, choose in lists and among radio buttons (by their legend), all by label."""
    for label, value in values.items():
        group = scope.get_by_role("radiogroup", name=said(label, _MARKS))
        field = scope.get_by_label(said(label, _MARKS))
        group.or_(field).first.wait_for(state="attached")  # count() does not wait for the page that a click leads to
        if group.count():
            group.get_by_label(said(value)).check()
            continue
        if field.evaluate("(element) => element.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def press(scope: Page | Locator, button: str) -> None:
    """Press the button with this text, once the page's scripts have run."""
    found = scope.get_by_role("button", name=said(button))
    found.wait_for()
    found.page.wait_for_load_state("domcontentloaded")
    found.click()


def come_in(page: Page, portal: Portal, browser: TestApp) -> None:
    """Give the page's browser the cookies of a test's own: who is signed in there is signed in here, without a page."""
    url = portal.find(PortalSettings).url
    cookies = [{"name": name, "value": value, "url": url} for name, value in browser.cookies.items()]
    page.context.add_cookies(cookies)  # type: ignore[arg-type]


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


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the stop with this name; each stop on the way must show that it has the focus."""
    passed: list[str] = []
    for _ in range(_MAX):
        page.keyboard.press("Tab")
        named, seen = page.evaluate(_STOP)
        assert seen, f"« {named} » does not show that it has the focus, on {page.url}"
        if named.startswith(name):
            return
        passed.append(named)
    raise AssertionError(f"« {name} » is not reached with Tab; stops: {', '.join(passed)}")

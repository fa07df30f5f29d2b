"""The secret of every mailed link leaves the address before anything is shown; nothing happens until the button."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from esea_auth_plugin.foundation.mailed_link import MailedLink
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.queries import Queries

pytestmark = pytest.mark.databases("sqlite")

SECRET = "Abcdefghijklmnopqrstuvwxyz012345"
PAGES = {
    "/inscription/confirmation": "confirmation",
    "/inscription/complement": "complement",
    "/inscription/invitation": "invitation",
    "/connexion/reinitialisation": "reinitialisation",
    "/connexion/retrouver": "retrouver",
    "/compte/dispositifs/confirmation": "confirmation-dispositif",
    "/signalement": "signalement",
    "/adresse-precedente": "adresse",
}
Watch = Callable[[], AbstractContextManager[Queries]]
pages = pytest.mark.parametrize("page", PAGES)


def kinds(of: type[MailedLink]) -> set[str]:
    return {each.cookie for each in of.__subclasses__()}.union(*(kinds(each) for each in of.__subclasses__()))


def test_every_page_of_a_mailed_link_is_tested_here(portal: Portal) -> None:
    assert kinds(MailedLink) == set(PAGES.values())


@pages
def test_the_secret_moves_into_a_cookie(portal: Portal, queries: Watch, page: str) -> None:
    with queries() as seen:
        answer = portal.browser().get(f"{page}/{SECRET}")
    assert (answer.status_int, answer.location) == (303, f"http://localhost{page}")
    cookie = next(each for each in answer.headers.getall("Set-Cookie") if each.startswith(f"{PAGES[page]}="))
    assert cookie.startswith(f"{PAGES[page]}={SECRET};")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=1800" in cookie
    assert len(seen) == 0, f"nothing is looked up: {seen}"


@pages
def test_an_unknown_secret_leads_to_the_page_that_says_so(portal: Portal, page: str) -> None:
    browser = portal.browser()
    answer = browser.get(f"{page}/{SECRET}").follow(status="*")
    assert answer.status_int in {404, 410}
    assert SECRET not in answer.text


@pages
@pytest.mark.parametrize(
    "secret", ["court", "a" * 129, "accentu%C3%A9%20et%20tr%C3%A8s%20long", "%22%3B%20Path=x;yyyyyyyyyyyyyyyyyy"]
)
def test_what_can_be_no_secret_enters_no_cookie(portal: Portal, page: str, secret: str) -> None:
    answer = portal.browser().get(f"{page}/{secret}")
    assert answer.status_int == 303
    assert any(each.startswith(f"{PAGES[page]}=-;") for each in answer.headers.getall("Set-Cookie"))


@pages
def test_nothing_is_under_a_secret_and_nothing_is_posted_to_it(portal: Portal, page: str) -> None:
    browser = portal.browser()
    assert browser.get(f"{page}/{SECRET}/plus", status="*").status_int == 404
    assert browser.post(f"{page}/{SECRET}", status="*").status_int == 405

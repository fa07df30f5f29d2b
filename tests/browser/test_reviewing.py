"""The reviewer's screen: facts, comparison and decision in one view, and the work list on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import NewPage
from tests.browser.steps import come_in
from webtest import TestApp

from esea_auth_plugin.interfaces import IReviews
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import press, send
from esea_auth_plugin.testing.portal import Portal

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def completed(standing: Portal) -> tuple[TestApp, str]:
    """A reviewer's browser, and the address of a sign-up that came back changed."""
    reference = wizard.reference_on(wizard.sign_up(standing.browser(), identifier="anne.pierre"))
    claire = wizard.reviewer(standing)
    with standing.db.writing() as session:
        review = standing.find(IReviews).by_reference(session, reference)
        standing.find(IReviews).ask_more(session, review.id, by=claire.subject, question="Dans quel service ?")
    link = wizard.path_in(standing.emails(wizard.EMAIL)[-1], "/inscription/complement/")
    page = press(standing.browser().get(link).follow(), "Modifier mes réponses").follow()
    page = send(page.test_app.get("/inscription/donnees"), {"Lieu d’exercice": "CH d’Exemple, SMUR"}).follow()
    send(page, {"Votre réponse": "Au SMUR, depuis septembre."}, wizard.SEND)
    browser = standing.browser()
    standing.sign_in(browser, claire)
    return browser, f"/support/inscriptions/{reference}"


def bottom(page: Page, selector: str) -> float:
    """Return where the lowest of some elements ends, in pixels from the top of the view."""
    boxes = [each.bounding_box() for each in page.locator(selector).all() if each.is_visible()]
    assert boxes, selector
    return max(box["y"] + box["height"] for box in boxes if box is not None)


def test_facts_comparison_and_decision_stand_in_one_view(
    standing: Portal, new_page: NewPage, completed: tuple[TestApp, str]
) -> None:
    browser, path = completed
    page = new_page(width=1280)
    page.set_viewport_size({"width": 1280, "height": 800})
    come_in(page, standing, browser)
    page.goto(path)
    assert page.locator("del").is_visible() and page.locator("ins").is_visible()
    assert bottom(page, ".review-facts .facts > div") <= 800
    assert bottom(page, ".review-decision :is(button, summary)") <= 800


def test_a_phone_shows_the_same_without_scrolling_sideways(
    standing: Portal, new_page: NewPage, completed: tuple[TestApp, str]
) -> None:
    browser, path = completed
    page = new_page(width=390)
    come_in(page, standing, browser)
    for shown in ("/support", path):
        page.goto(shown)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, shown
    page.get_by_role("link", name="Aller à la décision").click()
    box = page.get_by_role("button", name="Accepter la demande").bounding_box()
    assert box is not None and 0 <= box["y"] < 900

"""Every page holds WCAG 2.2 AA as far as a machine can tell, fits 320 pixels, and keeps its contrasts in the dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from tests.browser.accessibility import AccessibilityCheck

PUBLIC = [
    "/",
    "/cgu",
    "/donnees-personnelles",
    "/mentions-legales",
    "/accessibilite",
    "/contact",
    "/espace-pro",
    "/nulle-part",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(page: Page, assert_accessible: AccessibilityCheck, path: str) -> None:
    page.goto(path)
    assert_accessible(page)

"""Every page holds WCAG 2.2 AA as far as a machine can tell, fits 320 pixels, and keeps its contrasts in the dark."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pyramid.interfaces import IBeforeRender
from tests.browser.accessibility import AccessibilityCheck
from tests.browser.device_pages import DEVICE_WAYS, SETTINGS
from tests.browser.pages import DEMO, MORE, MORE_OF_OWNERS, UNJUDGED, WAYS, Way
from tests.browser.steps import come_in, fill, press

from esea_auth_plugin.foundation.layout.accessibility import Accessibility
from esea_auth_plugin.testing import sign_up
from esea_auth_plugin.testing.portal import Portal

ROOT = Path(__file__).parents[2]
DISTRIBUTIONS = ("esea_auth_plugin", "oru_espace_pro_plugin", "host_app")
_EXTENDS = re.compile(r"{%-?\s*extends\s+(?:(portal_layout)|['\"]([^'\"]+)['\"])")
#: Ways that make somebody wait, approve and write before their page opens.
ALL = [*WAYS.items(), *MORE]
OWNERS = [*DEVICE_WAYS.items(), *MORE_OF_OWNERS]


def templates() -> dict[str, str]:
    """Return what each template of the three distributions extends."""
    found = {}
    for name in DISTRIBUTIONS:
        source = ROOT / name / "src" / name
        for path in sorted(source.rglob("*.jinja2")):
            extends = _EXTENDS.search(path.read_text(encoding="utf-8"))
            if extends is not None:
                found[f"{name}:{path.relative_to(source).as_posix()}"] = extends[1] or extends[2]
    return found


def pages() -> set[str]:
    """Return the templates that the layout frames, however many frames lie between."""
    parents = templates()

    def framed(name: str | None) -> bool:
        return name == "portal_layout" or (name is not None and framed(parents.get(name)))

    return {name for name, parent in parents.items() if framed(parent)}


def test_no_page_escapes_the_judgement() -> None:
    """A new page needs its way in ``pages.py``, or a reason there why it has none."""
    judged = {*WAYS, *DEVICE_WAYS, *DEMO, *UNJUDGED}
    assert pages() - judged == set(), "pages without a way in tests/browser/pages.py"
    assert judged - pages() - {"host_app:templates/layout.jinja2"} == set(), "ways to pages that are no more"
    assert not set(WAYS) & set(UNJUDGED)


@pytest.mark.databases("sqlite")
def test_no_view_shows_a_page_that_the_list_does_not_know(portal: Portal) -> None:
    """Views of the whole application, by the registry: their templates are among the pages."""
    shown = {
        found["introspectable"]["name"]
        for found in portal.registry.introspector.get_category("templates")
        if str(found["introspectable"]["name"]).endswith(".jinja2")
    }
    assert len(shown) > 30
    assert shown - {*WAYS, *DEVICE_WAYS, *DEMO, *UNJUDGED} == set()


def test_the_statement_claims_no_more_than_what_is_judged_here() -> None:
    """`make accessibility` writes the file; the word it gives holds as long as the tests below pass."""
    facts = json.loads((ROOT / "host_app" / "src" / "host_app" / "texts" / "accessibility.json").read_text())
    assert facts["violations"] == 0
    assert 0 < facts["pages"] <= len(ALL) + len(DEVICE_WAYS) + len(DEMO) + 2
    assert Accessibility(facts["pages"], facts["violations"]).word == "partiellement conforme"


@contextmanager
def shown_by(registry: Any) -> Iterator[list[str]]:
    """Collect the pages that the application shows meanwhile."""
    names: list[str] = []

    def note(event: Any) -> None:
        names.append(str(event["renderer_name"]))

    registry.registerHandler(note, (IBeforeRender,))
    try:
        yield names
    finally:
        registry.unregisterHandler(note, (IBeforeRender,))


def judge(portal: Portal, page: Page, template: str, way: Way, judged: AccessibilityCheck) -> None:
    """Go to a page, make sure that it is the one meant, and judge it."""
    browser, path, *further = way(portal)
    come_in(page, portal, browser)
    with shown_by(portal.registry) as names:
        page.goto(path)
        for act in further:
            act(page)
        page.wait_for_load_state()
    framed = [name for name in names if name in pages()]
    assert framed and framed[-1] == template, f"{path} shows {framed or page.url}"
    judged(page)


@pytest.mark.parametrize(("template", "way"), ALL, ids=[name for name, _ in ALL])
def test_each_page(
    standing: Portal, page: Page, assert_accessible: AccessibilityCheck, template: str, way: Way
) -> None:
    """Each page is checked in light and dark mode and at 320 pixels."""
    judge(standing, page, template, way, assert_accessible)


@pytest.mark.settings(**SETTINGS)
@pytest.mark.parametrize(("template", "way"), OWNERS, ids=[name for name, _ in OWNERS])
def test_each_page_about_devices(
    standing: Portal, page: Page, assert_accessible: AccessibilityCheck, template: str, way: Way
) -> None:
    """Devices are added and lost on the way."""
    judge(standing, page, template, way, assert_accessible)


@pytest.mark.settings(
    **{
        "portal.env": "development",
        "portal.demo": "true",
        "portal.clock": "",
        "esea_auth.services": str(ROOT / "config" / "services.ini"),
        "esea_auth.argon2_memory_kib": "19456",
        "esea_auth.argon2_time_cost": "2",
    }
)
@pytest.mark.parametrize(("template", "way"), DEMO.items(), ids=list(DEMO))
def test_each_page_of_the_demo(
    standing: Portal, page: Page, assert_accessible: AccessibilityCheck, template: str, way: Way
) -> None:
    """The portal is started as a demo, at the machine's time."""
    judge(standing, page, template, way, assert_accessible)


def test_the_steps_of_the_sign_up_with_their_errors(page: Page, assert_accessible: AccessibilityCheck) -> None:
    page.goto("/inscription")
    press(page, "Non, je n’ai pas de carte CPS")
    press(page, "Suivant")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_accessible(page)
    fill(page, sign_up.PERSONAL)
    press(page, "Suivant")
    press(page, "Suivant")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_accessible(page)

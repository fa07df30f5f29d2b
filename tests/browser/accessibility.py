"""What every page must hold: axe at 1280 px in light, no sideways scrolling at 320 px, contrast in dark."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakSet

from playwright.sync_api import ConsoleMessage, Page

from esea_auth_plugin.testing.processes import execute

#: Folder of package.json and its lock.
TOOLS = Path(__file__).parents[2] / "tools" / "frontend"

AccessibilityCheck = Callable[[Page], None]

#: RGAA 4.1 rests on WCAG 2.1 AA; the newer criteria of 2.2 and axe's own advice are held too.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: Names a file to which each page judged adds a line; `tools/accessibility.py` sets it.
RESULTS = "ESEA_ACCESSIBILITY_RESULTS"

_RUN = """(only) => axe.run(document, {runOnly: only, resultTypes: ['violations']}).then((found) =>
    found.violations.map((each) => [each.id, each.help, each.nodes.map(
        (node) => node.html.slice(0, 160) + ' ' + node.failureSummary.replace(/\\s+/g, ' '))]))"""
_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .filter((each) => !each.closest('.table-wrap, .visually-hidden, svg'))
    .slice(0, 5).map((each) => each.outerHTML.slice(0, 120))"""

#: Pages on which axe has run since they opened: it tries inline styles of its own, and the browser says that it blocks
#: them, at a moment of its choice.
_probed: WeakSet[Page] = WeakSet()
_BLOCKED = "Applying inline style violates"


def check(page: Page, axe: str) -> None:
    """Check the page as it stands now, and leave it as it was; ``axe`` is the source of axe-core."""
    _probed.add(page)
    page.once("framenavigated", lambda _frame: _probed.discard(page))
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    problems = [*_document(page), *_axe(page, {"type": "tag", "values": RULES}), *_dark(page), *_narrow(page)]
    _note(page.url, len(problems))
    assert not problems, f"{page.url}:\n" + "\n".join(problems)


def watch(page: Page, noise: list[str]) -> None:
    """Note errors of the console: a CSP violation or a script that fails is a broken page."""

    def on_console(message: ConsoleMessage) -> None:
        # The browser logs the status of an error page by itself; tests ask for such pages on purpose.
        of_the_page = "Failed to load resource" in message.text and message.location.get("url") == page.url
        of_axe = page in _probed and message.text.startswith(_BLOCKED)
        if message.type == "error" and not of_the_page and not of_axe:
            noise.append(f"{page.url}: {message.text}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: noise.append(f"{page.url}: {error}"))


def axe_source(home: Path) -> str:
    """Return axe-core's source, installed in ``home`` from the lock of the front-end tools; ``""`` without npm."""
    home.mkdir(parents=True, exist_ok=True)
    script = home / "node_modules" / "axe-core" / "axe.min.js"
    with (home / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not script.exists() or not _in_step(home):
            if shutil.which("npm") is None:
                return ""
            for name in ("package.json", "package-lock.json"):
                shutil.copy(TOOLS / name, home / name)
            execute(["npm", "ci", "--silent", "--ignore-scripts"], cwd=home, seconds=300)
    return script.read_text(encoding="utf-8")


def _in_step(home: Path) -> bool:
    """Tell whether the installed version is the one that is pinned."""
    pinned = json.loads((TOOLS / "package.json").read_text())["devDependencies"]["axe-core"]
    installed = json.loads((home / "node_modules" / "axe-core" / "package.json").read_text())["version"]
    return bool(pinned == installed)


def _document(page: Page) -> list[str]:
    problems = []
    if page.locator("h1").count() != 1:
        problems.append(f"{page.locator('h1').count()} titles of level 1")
    if page.get_attribute("html", "lang") != "fr":
        problems.append("does not say that it is in French")
    return problems


def _dark(page: Page) -> list[str]:
    page.emulate_media(color_scheme="dark")
    found = _axe(page, {"type": "rule", "values": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    return [f"dark: {each}" for each in found]


def _narrow(page: Page) -> list[str]:
    """1280 px zoomed four times: WCAG 1.4.10, RGAA 10.11."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": 320, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    problems = [f"{width} px wide, scrolls sideways at 320 px: {page.evaluate(_WIDE)}"] if width > 320 else []
    page.set_viewport_size(size)
    return problems


def _axe(page: Page, only: dict[str, Any]) -> list[str]:
    return [f"{name}: {text}\n    " + "\n    ".join(nodes[:5]) for name, text, nodes in page.evaluate(_RUN, only)]


def _note(url: str, problems: int) -> None:
    if RESULTS in os.environ:
        with Path(os.environ[RESULTS]).open("a", encoding="utf-8") as results:
            results.write(json.dumps({"url": url, "problems": problems}) + "\n")

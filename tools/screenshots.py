"""Takes the README's pictures again: the demo, served with a database of its own, seen by Chromium."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import ARGUMENTS  # noqa: E402
from tests.browser.serving import Door  # noqa: E402

from host_app.demo.__main__ import build  # noqa: E402 - after the path that finds the tests' helpers

FOLDER = ROOT / "docs" / "screenshots"

#: File name, address, width of the window.
PICTURES = [
    ("home", "/", 1280),
    ("connexion", "/connexion?service=espace-pro", 1280),
    ("inscription", "/inscription", 1280),
    ("telephone", "/connexion?service=espace-pro", 390),
]


def demo_settings(folder: Path) -> Path:
    """Write an ini file of the demo whose database and keys lie in ``folder``."""
    source = (ROOT / "config" / "demo.ini").read_text(encoding="utf-8")
    ini = folder / "demo.ini"
    source = source.replace("var/demo/", f"{folder}/").replace("= services.ini", f"= {ROOT}/config/services.ini")
    ini.write_text(source, encoding="utf-8")
    return ini


def take(page: Page, name: str, path: str, width: int) -> None:
    """Take one picture of the top of a page."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"docs/screenshots/{name}.png")


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    door = Door()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        ini = demo_settings(Path(folder))
        _, door.application = build(str(ini), door.port)
        door.open()
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        context = browser.new_context(base_url=door.url, locale="fr-FR", reduced_motion="reduce")
        page = context.new_page()
        for name, path, width in PICTURES:
            take(page, name, path, width)
        browser.close()
        door.close()


if __name__ == "__main__":
    main()

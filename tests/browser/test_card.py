"""The card's pages in Chromium, by the simulated reader of the demo: accessible, and one gesture long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.accessibility import AccessibilityCheck
from tests.browser.steps import press

from esea_auth_plugin.testing import databases, run
from esea_auth_plugin.testing.portal import Portal

ROOT = Path(__file__).parents[2]
#: One a run and a worker: they would write over each other's.
IGC = run.folder() / f"igc-{databases.worker()}"

pytestmark = [
    pytest.mark.settings(
        **{
            "portal.env": "development",
            "portal.demo": "true",
            "portal.clock": "",
            "esea_auth.modes": "cps_card password mail_code",
            "esea_auth.services": str(ROOT / "config" / "services.ini"),
            "esea_auth.argon2_memory_kib": "19456",
            "esea_auth.argon2_time_cost": "2",
            "esea_auth.cps_card.authorities": str(IGC / "autorites" / "confiance.pem"),
            "esea_auth.cps_card.crl_folder": str(IGC / "crl"),
        }
    ),
]


def insert(page: Page, card: str) -> None:
    """Choose a fictional card in the simulated reader."""
    page.get_by_label(card).check()
    press(page, "Insérer cette carte")
    page.wait_for_load_state()


@pytest.fixture
def reader(standing: Portal, page: Page) -> Iterator[Page]:
    """The page of the reader, asked for by a sign-in."""
    page.goto("/connexion/cps")
    press(page, "Lire ma carte")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lecteur de carte simulé")
    yield page


def test_the_reader_and_a_refused_card(reader: Page, assert_accessible: AccessibilityCheck) -> None:
    """Each page is checked in light and dark mode and at 320 pixels."""
    assert_accessible(reader)
    insert(reader, "Ancienne carte CPS de Paul Castets")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Cette carte a expiré")
    assert_accessible(reader)


def test_the_workstation_s_test_and_the_help(
    standing: Portal, page: Page, assert_accessible: AccessibilityCheck
) -> None:
    page.goto("/connexion/cps/diagnostic")
    assert_accessible(page)
    page.get_by_role("link", name="Tester ma carte").click()
    insert(page, "Certificat de signature")
    expect(page.get_by_role("heading", name="Ce certificat ne sert pas à se connecter")).to_be_visible()
    assert_accessible(page)
    page.goto("/connexion/cps/aide")
    assert_accessible(page)


def test_an_unknown_card_leads_on(reader: Page) -> None:
    insert(reader, "Carte CPS d’Alix Exemple")
    expect(reader.get_by_text("EXEMPLE").first).to_be_visible()

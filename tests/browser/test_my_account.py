"""« Mon compte » for somebody with much of everything: 320 pixels, keyboard, both colour schemes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.accessibility import AccessibilityCheck
from tests.browser.steps import press, sign_in, tab_to
from tests.crowd import a_crowded_account, eight_devices, twelve_services

from esea_auth_plugin.testing.portal import Person, Portal

SERVICES = [f"service-{number}" for number in range(1, 13)]
PAGES = [
    "/compte",
    "/compte/gestion",
    "/compte/profil",
    "/compte/profil/rectifier",
    "/compte/courriel",
    "/compte/demandes",
    "/compte/mot-de-passe",
    "/compte/sessions",
    "/compte/notifications",
    "/compte/activite",
    "/compte/mes-donnees",
    "/compte/fermer",
]
MODES = {"esea_auth.modes": "passkey password mail_code totp"}


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve services, in the place of the demo's."""
    path = tmp_path_factory.mktemp("catalogue") / "services.ini"
    path.write_text(twelve_services(), encoding="utf-8")
    return path


@pytest.fixture
def anne(served: Portal, page: Page) -> Person:
    """Somebody with twelve services, forty sessions and 5,000 rows, signed in in ``page``."""
    person = served.person(services=SERVICES, last_name="de Saint-Exupéry-Longuemare")
    page.goto("/connexion")
    sign_in(page, served, person)
    a_crowded_account(served, person)
    return person


def test_every_page_holds_for_who_has_much(page: Page, anne: Person, assert_accessible: AccessibilityCheck) -> None:
    """Each page of « Mon compte » is checked in light and dark mode and at 320 pixels."""
    for path in PAGES:
        answer = page.goto(path)
        assert answer is not None and answer.status == 200 and page.url.endswith(path), path
        assert_accessible(page)


@pytest.mark.settings(**MODES)
def test_eight_devices_hold_too(
    page: Page, served: Portal, anne: Person, assert_accessible: AccessibilityCheck
) -> None:
    eight_devices(served, anne)
    page.goto("/compte/dispositifs")
    expect(page.get_by_role("link", name=re.compile("^Gérer ?Clé de sécurité|^Gérer ?Téléphone"))).to_have_count(8)
    assert_accessible(page)
    page.get_by_role("link", name=re.compile("^Gérer .*numéro 3")).click()
    assert_accessible(page)


def test_the_account_is_kept_without_a_mouse(page: Page, anne: Person) -> None:
    page.goto("/compte")
    tab_to(page, "Ajouter aux favoris : Service 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mes favoris")).to_be_visible()
    page.goto("/compte/sessions")
    tab_to(page, "Déconnecter les autres")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("ce navigateur seulement"))).to_be_visible()
    page.goto("/compte/activite")
    tab_to(page, "Connexions")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("type=connexions"))


def test_favourites_need_no_script(new_page: object, served: Portal) -> None:
    page: Page = new_page(javascript=False)  # type: ignore[operator]
    person = served.person(services=SERVICES)
    page.goto("/connexion")
    sign_in(page, served, person)
    page.goto("/compte")
    press(page, "Ajouter aux favoris : Service 12")
    expect(page.get_by_role("heading", name="Mes favoris")).to_be_visible()


def test_after_an_act_one_reads_on_from_what_came_of_it(served: Portal, page: Page) -> None:
    person = served.person(services=SERVICES)
    page.goto("/connexion")
    sign_in(page, served, person)
    page.goto("/compte")
    tab_to(page, "Ajouter aux favoris : Service 1")
    page.keyboard.press("Enter")
    told = page.get_by_role("status").filter(has_text="parmi vos favoris")
    expect(told).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Ajouter un moyen")).to_be_focused()


def test_on_a_telephone_the_menu_stands_above_the_page_folded(
    page: Page, anne: Person, assert_accessible: AccessibilityCheck
) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/compte/sessions")
    menu = page.get_by_role("navigation", name="Mon compte", exact=True)
    expect(menu.get_by_role("link", name="Mon activité")).to_be_hidden()
    tab_to(page, "Menu de mon compte")
    page.keyboard.press("Enter")
    tab_to(page, "Mon activité")
    page.keyboard.press("Escape")
    expect(menu.get_by_text("Menu de mon compte")).to_be_focused()
    page.keyboard.press("Enter")
    menu.get_by_role("link", name="Mon activité").click()
    expect(page).to_have_url(re.compile("/compte/activite$"))
    assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(menu.get_by_role("link", name="Mon activité")).to_be_visible()
    expect(menu.get_by_text("Menu de mon compte")).to_have_count(0)

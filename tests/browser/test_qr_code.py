"""« QR code » in Chromium: a workstation and a telephone, each a browser of its own, the telephone with its keys."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser import steps
from tests.browser.accessibility import AccessibilityCheck
from tests.browser.conftest import NewPage
from tests.browser.test_passkey import authenticator

from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.settings(**{"esea_auth.modes": "passkey qr_code password mail_code"})

NUMBER = "Nombre à deux chiffres affiché sur l’écran du poste"
Judge = AccessibilityCheck


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    """A telephone, narrow, with an authenticator of its own."""
    page = new_page(width=390)
    authenticator(page)
    return page


def on_screen(desk: Page, part: str) -> str:
    return str(desk.locator(f"[data-qr-{part}]").text_content()).strip()


def shown(desk: Page, service: str = "") -> None:
    """Open « QR code » on the workstation; the code comes by itself."""
    desk.goto(f"/connexion/qr?service={service}" if service else "/connexion/qr")
    expect(desk.locator("[data-qr-number]")).to_be_visible()


def read(phone: Page, desk: Page) -> None:
    phone.goto(f"/qr/{on_screen(desk, 'code')}")


def type_number(phone: Page, number: str) -> None:
    phone.get_by_label(NUMBER).fill(number)
    steps.press(phone, "Continuer")


def wrong(number: str) -> str:
    return f"{(int(number) + 1) % 100:02d}"


def add_phone(served: Portal, desk: Page, phone: Page, judge: Judge | None = None) -> Person:
    """Add the telephone to a new person's account, from the workstation, by QR code; leave it signed out."""
    person = served.person(services=["espace-pro"])
    desk.goto("/connexion")
    steps.sign_in(desk, served, person)
    desk.goto("/compte/dispositifs")
    steps.press(desk, "Ajouter mon téléphone avec un QR code")
    expect(desk.locator("[data-qr-number]")).to_be_visible()
    if judge:
        judge(desk)
    read(phone, desk)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Ajouter ce téléphone au compte de Anne")
    if judge:
        judge(phone)
    type_number(phone, on_screen(desk, "number"))
    steps.press(phone, "Créer la clé")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Presque fini")
    if judge:
        judge(phone)
    check = str(phone.locator("[data-qr-check]").text_content()).strip()
    desk.get_by_label("Nombre à deux chiffres affiché sur votre téléphone").fill(check)  # the page went on by itself
    desk.get_by_label("Nom de ce téléphone").fill("Mon téléphone")
    if judge:
        judge(desk)
    served.smtp.clear()
    steps.press(desk, "Valider")
    expect(desk.get_by_role("heading", name="Mon téléphone")).to_be_visible()
    letter = served.smtp.wait(person.email, subject="Confirmez votre nouveau dispositif –")
    desk.goto(next(link for link in letter.links if "/confirmation/" in link))
    desk.get_by_role("main").get_by_role("button").first.click()
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    desk.context.clear_cookies()
    return person


def test_a_telephone_added_by_qr_code_opens_a_workstation(served: Portal, page: Page, phone: Page) -> None:
    """Nobody touches the workstation once its page is there."""
    add_phone(served, page, phone)
    shown(page, "espace-pro")
    read(phone, page)
    expect(phone.get_by_text("Espace Pro ORU NA")).to_be_visible()
    type_number(phone, on_screen(page, "number"))
    steps.press(phone, "Approuver")
    expect(phone.get_by_role("heading", level=1)).to_have_text("C’est approuvé")
    page.wait_for_url("**/espace-pro/**")
    expect(page.get_by_role("button", name="Me déconnecter").first).to_be_visible()


def test_a_wrong_number_ends_it_and_the_workstation_is_told(served: Portal, page: Page, phone: Page) -> None:
    add_phone(served, page, phone)
    shown(page)
    read(phone, page)
    type_number(phone, wrong(on_screen(page, "number")))
    steps.press(phone, "Approuver")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ce n’est pas le bon nombre")
    page.wait_for_url(re.compile("/connexion$"))
    expect(page.get_by_text("n’était pas celui de cet écran")).to_be_visible()


def test_a_refusal_is_told_and_reported(served: Portal, page: Page, phone: Page) -> None:
    shown(page, "espace-pro")
    read(phone, page)
    steps.press(phone, "Refuser")
    expect(phone.get_by_role("heading", level=1)).to_have_text("C’est refusé")
    page.wait_for_url(re.compile(r"/connexion\?"))
    expect(page.get_by_text("a été refusée sur le téléphone")).to_be_visible()
    steps.press(phone, "Ce n’est pas moi")
    expect(phone.get_by_role("heading", level=1)).to_have_text("L’assistance est prévenue")
    page.goto("/connexion/qr")
    expect(page.get_by_text("fermée pour un moment")).to_be_visible()


def test_another_code_comes_by_itself_when_its_time_is_over(served: Portal, page: Page, phone: Page) -> None:
    """In the browser's time the script asks after 90 seconds; here its clock is moved with the portal's."""
    page.clock.install()
    page.goto("/connexion/qr")
    page.clock.run_for(1_100)
    expect(page.locator("[data-qr-number]")).to_be_visible()
    page.evaluate("window.stays = true")
    former = on_screen(page, "code")
    served.clock.advance(seconds=91)
    read_late = phone.goto(f"/qr/{former}")
    assert read_late is not None
    assert read_late.status == 410
    page.clock.run_for(90_000)
    expect(page.locator("[data-qr-code]")).not_to_have_text(former)
    expect(page.locator("[data-qr-status]")).to_contain_text("Un nouveau code")
    assert page.evaluate("window.stays"), "the page was not loaded again"
    read(phone, page)
    expect(phone.get_by_label(NUMBER)).to_be_visible()


@pytest.mark.slow
def test_its_pages_hold_for_everybody(
    served: Portal, page: Page, phone: Page, assert_accessible: AccessibilityCheck
) -> None:
    """Slow: each page judged in light, in the dark and at 320 pixels."""
    add_phone(served, page, phone, assert_accessible)
    shown(page, "espace-pro")
    phone.goto("/qr")
    assert_accessible(phone)
    read(phone, page)
    assert_accessible(phone)
    type_number(phone, on_screen(page, "number"))
    assert_accessible(phone)
    steps.press(phone, "Refuser")
    assert_accessible(phone)


def test_without_script_the_workstation_s_button_does_it(
    served: Portal, new_page: NewPage, page: Page, phone: Page
) -> None:
    person = add_phone(served, page, phone)
    desk: Any = new_page(javascript=False)
    desk.goto("/connexion/qr")
    steps.press(desk, "Continuer")
    read(phone, desk)
    type_number(phone, on_screen(desk, "number"))
    steps.press(phone, "Approuver")
    expect(phone.get_by_role("heading", level=1)).to_have_text("C’est approuvé")
    steps.press(desk, "Continuer")
    expect(desk.get_by_text(person.display_name).first).to_be_visible()

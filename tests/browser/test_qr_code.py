"""« QR code » in Chromium: a workstation and a telephone, each a browser of its own, the telephone with its keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser import steps
from tests.browser.accessibility import AccessibilityCheck
from tests.browser.conftest import NewPage
from tests.browser.virtual_keys import authenticator, give_key_to
from tests.devices import link_to_confirm
from tests.qr_sign_in import MODES, NUMBER, other_than

from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.settings(**MODES)

Judge = AccessibilityCheck


@pytest.fixture
def person(standing: Portal) -> Person:
    return standing.person(services=["espace-pro"])


@pytest.fixture
def phone(new_page: NewPage, standing: Portal, person: Person) -> Page:
    """The person's telephone: narrow, with a key of theirs."""
    page = new_page(width=390)
    give_key_to(page, standing, person)
    return page


@pytest.fixture
def new_phone(new_page: NewPage) -> Page:
    """A telephone that holds no key yet."""
    page = new_page(width=390)
    authenticator(page)
    return page


@pytest.fixture
def desk(page: Page) -> Page:
    """A workstation whose pages' clock the test moves: what they wait for costs no second."""
    page.clock.install()
    return page


def on_screen(desk: Page, part: str) -> str:
    return str(desk.locator(f"[data-qr-{part}]").text_content()).strip()


def asks_again(desk: Page) -> None:
    """Let the time pass after which the workstation's page asks what became of its code."""
    desk.clock.run_for(2_100)


def shown(desk: Page, service: str = "") -> None:
    """Open « QR code » on the workstation; the code comes by itself."""
    desk.goto(f"/connexion/qr?service={service}" if service else "/connexion/qr")
    desk.clock.run_for(1_100)
    expect(desk.locator("[data-qr-number]")).to_be_visible()


def read(phone: Page, desk: Page) -> None:
    phone.goto(f"/qr/{on_screen(desk, 'code')}")


def type_number(phone: Page, number: str) -> None:
    phone.get_by_label(NUMBER).fill(number)
    steps.press(phone, "Continuer")


def add_phone(standing: Portal, desk: Page, phone: Page, judge: Judge | None = None) -> Person:
    """Add the telephone to a new person's account, from the workstation, by QR code; leave it signed out."""
    browser, person = standing.signed_in(services=["espace-pro"])
    steps.come_in(desk, standing, browser)
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
    asks_again(desk)
    desk.get_by_label("Nombre à deux chiffres affiché sur votre téléphone").fill(check)  # the page went on by itself
    desk.get_by_label("Nom de ce téléphone").fill("Mon téléphone")
    if judge:
        judge(desk)
    steps.press(desk, "Valider")
    expect(desk.get_by_role("heading", name="Mon téléphone")).to_be_visible()
    desk.goto(link_to_confirm(standing, person))
    desk.get_by_role("main").get_by_role("button").first.click()
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    desk.context.clear_cookies()
    return person


def test_a_telephone_is_added_from_a_workstation(standing: Portal, desk: Page, new_phone: Page) -> None:
    add_phone(standing, desk, new_phone)


def test_a_telephone_opens_a_workstation(desk: Page, phone: Page) -> None:
    """Nobody touches the workstation once its page is there."""
    shown(desk, "espace-pro")
    read(phone, desk)
    expect(phone.get_by_text("Espace Pro ORU NA")).to_be_visible()
    type_number(phone, on_screen(desk, "number"))
    steps.press(phone, "Approuver")
    expect(phone.get_by_role("heading", level=1)).to_have_text("C’est approuvé")
    asks_again(desk)
    desk.wait_for_url("**/espace-pro/**")
    expect(desk.get_by_role("button", name="Me déconnecter").first).to_be_visible()


def test_a_wrong_number_ends_it_and_the_workstation_is_told(desk: Page, phone: Page) -> None:
    shown(desk)
    read(phone, desk)
    type_number(phone, other_than(on_screen(desk, "number")))
    steps.press(phone, "Approuver")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ce n’est pas le bon nombre")
    asks_again(desk)
    desk.wait_for_url(re.compile("/connexion$"))
    expect(desk.get_by_text("n’était pas celui de cet écran")).to_be_visible()


def test_a_refusal_is_told_and_reported(desk: Page, phone: Page) -> None:
    shown(desk, "espace-pro")
    read(phone, desk)
    steps.press(phone, "Refuser")
    expect(phone.get_by_role("heading", level=1)).to_have_text("C’est refusé")
    asks_again(desk)
    desk.wait_for_url(re.compile(r"/connexion\?"))
    expect(desk.get_by_text("a été refusée sur le téléphone")).to_be_visible()
    steps.press(phone, "Ce n’est pas moi")
    expect(phone.get_by_role("heading", level=1)).to_have_text("L’assistance est prévenue")
    desk.goto("/connexion/qr")
    desk.clock.run_for(1_100)
    expect(desk.get_by_text("fermée pour un moment")).to_be_visible()


def test_another_code_comes_by_itself_when_its_time_is_over(standing: Portal, desk: Page, phone: Page) -> None:
    """In the browser's time the script asks after 90 seconds; here its clock is moved with the portal's."""
    shown(desk)
    desk.evaluate("window.stays = true")
    former = on_screen(desk, "code")
    standing.clock.advance(seconds=91)
    read_late = phone.goto(f"/qr/{former}")
    assert read_late is not None
    assert read_late.status == 410
    desk.clock.run_for(90_000)
    expect(desk.locator("[data-qr-code]")).not_to_have_text(former)
    expect(desk.locator("[data-qr-status]")).to_contain_text("Un nouveau code")
    assert desk.evaluate("window.stays"), "the page was not loaded again"
    read(phone, desk)
    expect(phone.get_by_label(NUMBER)).to_be_visible()


def test_from_its_addition_to_its_use_its_pages_hold_for_everybody(
    standing: Portal, desk: Page, new_phone: Page, assert_accessible: AccessibilityCheck
) -> None:
    """Each page is checked in light and dark mode and at 320 pixels."""
    add_phone(standing, desk, new_phone, assert_accessible)
    shown(desk, "espace-pro")
    new_phone.goto("/qr")
    assert_accessible(new_phone)
    read(new_phone, desk)
    assert_accessible(new_phone)
    type_number(new_phone, on_screen(desk, "number"))
    assert_accessible(new_phone)
    steps.press(new_phone, "Approuver")
    expect(new_phone.get_by_role("heading", level=1)).to_have_text("C’est approuvé")
    assert_accessible(new_phone)
    asks_again(desk)
    desk.wait_for_url("**/espace-pro/**")


def test_without_script_the_workstation_s_button_does_it(person: Person, new_page: NewPage, phone: Page) -> None:
    plain = new_page(javascript=False)
    plain.goto("/connexion/qr")
    steps.press(plain, "Continuer")
    read(phone, plain)
    type_number(phone, on_screen(plain, "number"))
    steps.press(phone, "Approuver")
    expect(phone.get_by_role("heading", level=1)).to_have_text("C’est approuvé")
    steps.press(plain, "Continuer")
    expect(plain.get_by_text(person.display_name).first).to_be_visible()

"""What the sign-up's scripts add to forms that work without them: towns, long lists, availability of an identifier."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.browser.accessibility import AccessibilityCheck
from tests.browser.steps import come_in, press

from esea_auth_plugin.testing import sign_up
from esea_auth_plugin.testing.portal import Portal


def test_step_2_proposes_the_town_and_searches_long_lists(
    served: Portal, page: Page, assert_accessible: AccessibilityCheck
) -> None:
    come_in(page, served, sign_up.to_step_2(served.browser()).test_app)
    page.goto("/inscription/donnees")
    page.get_by_label("Code postal").fill("33170")
    town, department = page.get_by_label(re.compile("^Ville")), page.locator("[name=department]")
    expect(town).to_have_value("Gradignan")
    expect(department.locator("option:checked")).to_have_text("Gironde")
    town.fill("Talence")
    page.get_by_label("Code postal").fill("87000")
    expect(department.locator("option:checked")).to_have_text("Haute-Vienne")
    expect(town).to_have_value("Talence")

    specialty = page.locator("[name=rpps_specialty]")
    page.get_by_label("Chercher dans la liste : Profession").fill("regul")
    expect(page.locator("[name=profession] option:checked")).to_have_text("Assistant de régulation médicale")
    expect(specialty).to_be_hidden()
    page.get_by_label("Chercher dans la liste : Profession").fill("")
    page.locator("[name=profession]").select_option(label="Médecin")
    expect(specialty.locator("optgroup")).to_have_count(1)
    page.get_by_label("Chercher dans la liste : Spécialité RPPS").fill("urgence")
    expect(specialty.locator("option:checked")).to_have_text("Médecine d’urgence")
    assert_accessible(page)


def test_step_3_says_that_an_identifier_is_taken_and_keeps_the_password(served: Portal, page: Page) -> None:
    come_in(page, served, sign_up.to_step_3(served.browser()).test_app)
    page.goto("/inscription/identifiant")
    password = page.get_by_label(re.compile(r"^Mot de passe"))
    password.fill("brouette cerise volcan tambour")
    page.get_by_label(re.compile("^Identifiant")).fill("support")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status").filter(has_text="n’est pas disponible")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Prendre anne")).click()
    expect(page.get_by_label(re.compile("^Identifiant"))).to_have_value(re.compile(r"^anne\.pierre\d{3}$"))
    expect(password).to_have_value("brouette cerise volcan tambour")
    page.get_by_label(re.compile("^Confirmez")).fill("brouette cerise volcan tambour")
    press(page, "Suivant")
    expect(page).to_have_title(re.compile(r"Étape\s4/4"))

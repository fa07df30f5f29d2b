"""The sign-in with the keyboard alone: every stop is seen, named, and in the order of reading."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.browser.steps import tab_to

from esea_auth_plugin.testing.portal import Portal


def test_the_sign_in_needs_no_mouse(served: Portal, page: Page) -> None:
    anne = served.person(services=["espace-pro"])
    page.goto("/")
    tab_to(page, "Aller au contenu")
    page.keyboard.press("Enter")
    tab_to(page, "Se connecter à mon compte")
    page.keyboard.press("Enter")
    page.wait_for_url("**/connexion*")
    tab_to(page, "OTP")
    page.keyboard.press("Enter")
    page.wait_for_url("**/connexion/otp*")
    tab_to(page, "Identifiant ou email")
    page.keyboard.type(anne.identifier)
    tab_to(page, "Mot de passe")
    page.keyboard.type(anne.password)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code reçu par courriel")).to_be_visible()
    code = served.smtp.wait(anne.email).code
    tab_to(page, "Code reçu par courriel")
    page.keyboard.type(f"{code[:3]} {code[3:]}")
    tab_to(page, "Valider")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Me déconnecter").first).to_be_visible()


def test_a_refusal_takes_the_focus_and_a_password_may_be_read(served: Portal, page: Page) -> None:
    """Whoever typed without seeing is told at once, one Tab before the field."""
    page.goto("/connexion/otp")
    page.get_by_label("Identifiant ou email").fill("personne.inconnue")
    password = page.get_by_label("Mot de passe", exact=True)
    password.fill("Trois-Mots-Sans-Lien-12")
    page.get_by_role("button", name="Afficher").click()
    expect(password).to_have_attribute("type", "text")
    password.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(password).to_have_attribute("type", "password")
    tab_to(page, "Identifiant ou email")

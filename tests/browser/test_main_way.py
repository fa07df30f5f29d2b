"""The main way with three people: from the home page, without a card and without an account, into the Espace Pro."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import NewPage
from tests.browser.steps import fill, press, sign_in

from esea_auth_plugin.testing import sign_up
from esea_auth_plugin.testing.portal import PASSWORD, Portal


def signed_up(page: Page) -> str:
    """Go through the four steps from the home page, for the Espace Pro; return the request's reference."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name=re.compile("^Espace Pro ORU NA")).first.click()
    page.get_by_role("link", name=re.compile("Créez votre compte dès maintenant")).click()
    press(page, "Non, je n’ai pas de carte CPS")
    expect(page).to_have_title(re.compile(r"Étape\s2/4"))
    fill(page, sign_up.PERSONAL)
    press(page, "Suivant")
    expect(page).to_have_title(re.compile(r"Étape\s3/4"))
    expect(page.get_by_label("Identifiant")).to_have_value(re.compile(r"^anne\.pierre\d{3}$"))
    fill(page, {"Identifiant": sign_up.IDENTIFIER, "Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD})
    press(page, "Suivant")
    expect(page).to_have_title(re.compile(r"Étape\s4/4"))
    expect(page.get_by_label(re.compile("Espace Pro"))).to_be_checked()
    fill(page, sign_up.adhesion())
    press(page, "Suivant")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos réponses")
    press(page, sign_up.SEND)
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est en attente")
    found = re.search(r"DEM-\w{4}-\w{4}", page.inner_text("main"))
    assert found is not None
    return found[0]


def accept(page: Page, portal: Portal, role: str, desk: str, name: str) -> None:
    """A reviewer of this role signs in, finds the request in the queue and accepts it."""
    page.goto(desk)
    sign_in(page, portal, portal.person(roles=[role], first_name="Paul"))
    page.get_by_role("link", name=re.compile(name)).first.click()
    press(page, "Accepter la demande")
    expect(page.get_by_role("main")).to_contain_text("Acceptée")


@pytest.mark.databases("sqlite", "postgresql")
def test_a_professional_without_card_reaches_the_espace_pro(served: Portal, new_page: NewPage) -> None:
    """Some thirty pages, five emails by SMTP and two sign-ins, as three people live them."""
    anne = new_page()
    reference = signed_up(anne)
    assert reference in served.smtp.wait(sign_up.EMAIL).subject

    accept(new_page(), served, "support", "/support/inscriptions", "Anne Pierre")
    letter = served.smtp.wait(sign_up.EMAIL, subject="Confirmez votre compte")
    anne.goto(next(link for link in letter.links if "/inscription/confirmation" in link))
    assert not re.search(r"confirmation/\S{16}", anne.url), "the token stays in the address"
    fill(anne, {"Mot de passe": PASSWORD})
    press(anne, "Confirmer mon compte")
    expect(anne.get_by_role("main").get_by_role("status").first).to_contain_text("vous êtes connecté(e)")

    anne.get_by_role("main").get_by_role("link", name=re.compile("Espace Pro")).first.click()
    fill(anne, {"Les conditions d'utilisation de l'Espace Pro":
                "J'accepte les conditions d'utilisation de l'Espace Pro"})  # fmt: skip
    press(anne, "Valider")
    fill(anne, {
        "Fonction": "Infirmier ou infirmière",
        "Spécialité": "Médecine d'urgence",
        "Vous êtes": "Un professionnel d'un établissement public de santé",
        "Complément information": "Infirmière aux urgences, besoin de l'annuaire",
        "Téléphone": "05 56 79 56 79",
    })  # fmt: skip
    press(anne, "Envoyer ma demande")
    expect(anne.get_by_role("heading", level=1)).to_contain_text("en attente")

    accept(new_page(), served, "oru", "/espace-pro/gestion/inscriptions", "Anne Pierre")
    served.smtp.wait(sign_up.EMAIL, subject="Espace Pro vous est ouvert")
    anne.goto("/espace-pro")
    expect(anne.get_by_role("heading", level=1)).to_contain_text("Bienvenue")
    anne.get_by_role("main").get_by_role("link", name=re.compile("annuaire", re.IGNORECASE)).first.click()
    expect(anne.get_by_role("main")).to_contain_text("SMUR")

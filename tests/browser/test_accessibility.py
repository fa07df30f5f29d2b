"""Every page holds WCAG 2.2 AA as far as a machine can tell, fits 320 pixels, and keeps its contrasts in the dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.accessibility import AccessibilityCheck
from tests.browser.steps import fill, press, sign_in

from esea_auth_plugin.testing import sign_up
from esea_auth_plugin.testing.portal import PASSWORD, Portal

PUBLIC = [
    "/",
    "/cgu",
    "/donnees-personnelles",
    "/mentions-legales",
    "/accessibilite",
    "/contact",
    "/services",
    "/espace-pro",
    "/connexion?service=smur-tab",
    "/connexion?service=ror",
    "/connexion/otp",
    "/connexion/mot-de-passe?service=smur-tab",
    "/connexion/oubli",
    "/connexion/oubli/mot-de-passe",
    "/connexion/oubli/identifiant",
    "/connexion/oubli/boite-mail",
    "/inscription",
    "/inscription/suivi",
    "/nulle-part",
]
SIGNED_IN = ["/compte", "/compte/profil", "/services", "/services/ror", "/services/ror/adhesion"]
SUPPORT = ["/support", "/support/inscriptions", "/support/adhesions", "/support/comptes"]
#: Pages that answer with an error's status on purpose: nobody's address, and « Accès refusé ».
ERRORS = {"/nulle-part": 404, "/services/ror": 403}
SPACE = ["/espace-pro/inscription/conditions"]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(page: Page, assert_accessible: AccessibilityCheck, path: str) -> None:
    open_page(page, path)
    assert_accessible(page)


def open_page(page: Page, path: str) -> None:
    """Open a page, and make sure that it is this one that gets judged."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == ERRORS.get(path, 200)
    assert page.url.endswith(path), f"{path} leads to {page.url}"


@pytest.mark.slow
def test_the_steps_of_the_sign_up(page: Page, assert_accessible: AccessibilityCheck) -> None:
    """Slow: five pages, judged as they open and with their errors."""
    page.goto("/inscription")
    press(page, "Non, je n’ai pas de carte CPS")
    assert_accessible(page)
    press(page, "Suivant")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_accessible(page)
    fill(page, sign_up.PERSONAL)
    press(page, "Suivant")
    assert_accessible(page)
    fill(page, {"Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD})
    press(page, "Suivant")
    assert_accessible(page)
    fill(page, sign_up.adhesion())
    press(page, "Valider")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est en attente")
    assert_accessible(page)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("roles", "paths"),
    [((), SIGNED_IN), (("support",), SUPPORT), ((), SPACE), (("oru",), ["/espace-pro/gestion/inscriptions"])],
    ids=["person", "support", "space", "oru"],
)
def test_pages_of_those_who_are_signed_in(
    served: Portal, page: Page, assert_accessible: AccessibilityCheck, roles: tuple[str, ...], paths: list[str]
) -> None:
    """Slow: a sign-in by mailed code, then several pages."""
    page.goto("/connexion?service=espace-pro")
    sign_in(page, served, served.person(roles=roles, services=["espace-pro"]))
    for path in paths:
        open_page(page, path)
        assert_accessible(page)

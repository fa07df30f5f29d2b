"""The sign-up without JavaScript: hospital browsers block it more often than one thinks."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.browser.conftest import NewPage
from tests.browser.steps import fill, press

from esea_auth_plugin.testing import sign_up
from esea_auth_plugin.testing.portal import PASSWORD, Portal


def test_the_four_steps_work_and_say_what_is_wrong(served: Portal, new_page: NewPage) -> None:
    page = new_page(javascript=False)
    page.goto("/inscription")
    press(page, "Non, je n’ai pas de carte CPS")
    fill(page, {**sign_up.PERSONAL, "Profession": "- Autre -"})
    press(page, "Suivant")
    other = page.get_by_label(re.compile(r"^\s*Profession \(autre\)"))
    expect(other, "a field that a script would show is there without it").to_be_visible()
    expect(page).to_have_title(re.compile("^Erreur"))
    other.fill("Assistante de régulation médicale")
    press(page, "Suivant")
    fill(page, {"Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD})
    press(page, "Suivant")
    fill(page, sign_up.adhesion())
    press(page, "Suivant")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos réponses")
    press(page, sign_up.SEND)
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est en attente")

"""Passkeys in Chromium, with a virtual authenticator: added, used, proposed by itself, removed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser import steps
from tests.browser.virtual_keys import authenticator, gone, held

from esea_auth_plugin.authentication.credentials.revoking import Revoking
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.settings(**{"esea_auth.modes": "passkey password mail_code"})

#: Notes what the page asks of the browser, and which question it ended.
LISTEN = """
const asks = navigator.credentials.get.bind(navigator.credentials);
window.asked = 0;
navigator.credentials.get = (options) => {
  window.asked += 1;
  options.signal.addEventListener("abort", () => sessionStorage.setItem("ended", options.mediation ?? "modal"));
  return asks(options);
};
"""


def add_key(page: Page, served: Portal, name: str = "Mon poste") -> Person:
    """Sign in by mailed code and add a passkey; confirm it by the mailed link."""
    person = served.person()
    page.goto("/connexion")
    steps.sign_in(page, served, person)
    page.goto("/compte/dispositifs")
    steps.press(page, "Ajouter une clé d’accès")
    page.get_by_label("Nom du dispositif").fill(name)
    served.smtp.clear()
    steps.press(page, "Créer la clé")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    letter = served.smtp.wait(person.email, subject="Confirmez votre nouveau dispositif –")
    page.goto(next(link for link in letter.links if "/confirmation/" in link))
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return person


def revoke_elsewhere(served: Portal, person: Person) -> None:
    """Remove the person's key as if from another workstation."""
    mode = modes_of(served.registry).get("passkey")
    assert mode is not None
    with served.db.writing() as session:
        [key] = mode.credentials(session, person.subject)
        assert served.find(Revoking).carry_out(session, person.subject, mode, key, by=person.subject, reason="owner")


def sign_out(page: Page) -> None:
    page.goto("/compte")
    page.get_by_role("button", name="Me déconnecter").first.click()


def test_a_passkey_is_added_signs_in_and_is_removed(served: Portal, page: Page) -> None:
    cdp, device = authenticator(page)
    add_key(page, served)
    sign_out(page)
    page.goto("/connexion/cle")
    steps.press(page, "Utiliser ma clé d’accès")
    expect(page.get_by_role("heading", name="Mon compte", exact=True)).to_be_visible()
    page.goto("/compte/dispositifs")
    page.get_by_role("link", name="Gérer Mon poste").click()
    # Nobody touches the device for now: the page of modes, which comes next, would offer the dead key by itself.
    cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": device, "enabled": False})
    steps.press(page, "Retirer « Mon poste »")
    # It had opened this very session, which ends with it; the key itself is still on the device, and opens nothing.
    page.wait_for_url("**/connexion*")
    assert held(cdp, device)
    page.goto("/connexion/cle")
    cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": device, "enabled": True})
    steps.press(page, "Utiliser ma clé d’accès")
    expect(page.get_by_text("n’a pas été reconnue")).to_be_visible()


def test_the_page_of_modes_proposes_the_key_by_itself(served: Portal, page: Page) -> None:
    authenticator(page)
    add_key(page, served)
    sign_out(page)
    page.goto("/connexion")
    expect(page.get_by_role("heading", name="Mon compte", exact=True)).to_be_visible()


def test_another_mode_ends_what_the_browser_proposes(served: Portal, page: Page) -> None:
    """A key touched too late must not take the place of the mode that was chosen."""
    cdp, device = authenticator(page)
    add_key(page, served)
    cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": device, "enabled": False})
    sign_out(page)
    page.add_init_script(LISTEN)
    page.goto("/connexion")
    expect(page.get_by_label("Clé d’accès : touchez ce champ")).to_be_visible()
    page.wait_for_function("window.asked === 1")
    page.get_by_role("link", name="Aller au contenu").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("sessionStorage.getItem('ended')") is None, "a link within the page chooses nothing"
    # The other mode's page is slow to come; meanwhile the person touches their device after all.
    page.evaluate("window.addEventListener('click', (event) => event.preventDefault())")
    page.get_by_role("main").get_by_role("link", name="OTP").click()
    assert page.evaluate("sessionStorage.getItem('ended')") == "conditional"
    cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": device, "enabled": True})
    page.wait_for_timeout(300)
    assert page.url.endswith("/connexion#contenu"), "nobody was signed in"


def test_a_key_that_is_unknown_here_is_forgotten_by_the_browser(served: Portal, page: Page) -> None:
    """It was removed elsewhere: at its next use it opens nothing, and the browser offers it no more."""
    cdp, device = authenticator(page)
    person = add_key(page, served)
    sign_out(page)
    page.goto("/connexion/cle")
    revoke_elsewhere(served, person)
    steps.press(page, "Utiliser ma clé d’accès")
    expect(page.get_by_text("n’a pas été reconnue")).to_be_visible()
    gone(page, cdp, device)


def test_a_key_that_was_removed_elsewhere_is_forgotten_at_the_list_of_devices(served: Portal, page: Page) -> None:
    cdp, device = authenticator(page)
    person = add_key(page, served)
    page.goto("/compte/dispositifs")
    assert held(cdp, device), "a good key stays"
    revoke_elsewhere(served, person)
    page.goto("/compte/dispositifs")
    gone(page, cdp, device)


def test_a_refusal_of_the_device_is_told_and_the_other_modes_stay(served: Portal, page: Page) -> None:
    cdp, device = authenticator(page)
    add_key(page, served)
    sign_out(page)
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto("/connexion/cle")
    steps.press(page, "Utiliser ma clé d’accès")
    expect(page.get_by_text("La demande a été annulée")).to_be_visible()
    expect(page.get_by_role("link", name="Choisir un autre mode")).to_be_visible()


def test_a_page_left_open_over_breakfast_still_signs_in(served: Portal, page: Page) -> None:
    """A challenge is good for five minutes; the page asks for another one before it uses a key."""
    authenticator(page)
    add_key(page, served)
    sign_out(page)
    page.clock.install()
    page.goto("/connexion/cle")
    page.clock.fast_forward("20:00")
    served.clock.advance(minutes=20)
    steps.press(page, "Utiliser ma clé d’accès")
    expect(page.get_by_role("heading", name="Mon compte", exact=True)).to_be_visible()

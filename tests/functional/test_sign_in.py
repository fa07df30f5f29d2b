"""Signing in, from the service's page to the service, as a person with a browser does it."""

from __future__ import annotations

from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Portal


def test_password_then_mailed_code_opens_the_session(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    page = browser.get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).follow()
    assert "a…" in text(page)
    page = send(page, {"Code reçu par courriel": portal.letters(anne.email)[-1].code})
    assert page.location.endswith("/compte")

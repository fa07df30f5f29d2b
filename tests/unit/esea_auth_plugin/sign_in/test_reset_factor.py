"""A forgotten password of somebody who has a stronger factor: the link alone sets nothing (ASVS 6.4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy.orm import Session

from esea_auth_plugin.authentication.contract import Ask, Attempt, AuthMode, Capability, Proven, Refused, Result
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.interfaces import Factor, IAccounts, Proof
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Portal

NEW = "Girafe-Tambour-Melon-48"
PAGE = "esea_auth_plugin:auth_modes/mail_code/templates/code.jinja2"


class TelephoneMode(AuthMode):
    """A device elsewhere that everybody holds in this test."""

    name = "telephone"
    segment = "telephone"
    title = "Téléphone"
    description = "Votre téléphone."
    factors = frozenset({Factor.REMOTE_DEVICE})
    capabilities = frozenset({Capability.FINDS_PERSON})

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        return Ask(PAGE, {"mailbox": "votre téléphone"})

    def answer(self, session: Session, attempt: Attempt, prepared: Any) -> Result:
        if attempt.values.get("code") != "123456" or attempt.subject is None:
            return Refused("telephone.wrong", "Ce n'est pas ce que montre votre téléphone.")
        return Proven(attempt.subject, Proof(self.name, self.factors, ("swk",), attempt.at))

    def usable_by(self, session: Session, subject: str) -> bool:
        return True


@pytest.fixture
def telephone(portal: Portal) -> Iterator[None]:
    """Every account of this portal has a telephone."""
    modes = modes_of(portal.registry)._modes
    modes["telephone"] = TelephoneMode(portal.registry)
    yield
    del modes["telephone"]


@pytest.mark.usefixtures("telephone")
def test_the_link_asks_for_the_other_factor_and_then_there_is_no_quarantine(portal: Portal) -> None:
    anne = portal.person()
    browser = portal.browser()
    page = browser.get("/connexion/oubli/mot-de-passe")
    send(page, {"Identifiant ou email": anne.identifier})
    link = re.search(r"https?://\S+/reinitialisation/\S+", portal.emails(anne.email)[-1].text)
    assert link is not None
    page = browser.get(urlsplit(link[0]).path).follow()
    assert not page.html.find("input", attrs={"name": "password"})

    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    forced = {"csrf_token": token, "password": NEW, "password_again": NEW}
    answer = browser.post("/connexion/reinitialisation", forced)
    assert "prouvez d’abord" in text(answer), "the stage is never done by another one's form"

    page = press(page, "Continuer avec « Téléphone »").follow()
    page = send(page, {"Code reçu par courriel": "000000"})
    assert "Ce n'est pas ce que montre" in text(page)
    page = send(page, {"Code reçu par courriel": "123456"})
    assert page.location.endswith("/connexion/reinitialisation")
    assert browser.get("/compte").status_int == 303, "nobody is signed in by it"
    send(page.follow(), {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW})
    with portal.db.reading() as session:
        assert portal.find(IAccounts).by_subject(session, anne.subject).mail_code_barred_until is None
    page = portal.browser().get("/connexion/mot-de-passe", params={"service": "smur-tab"})
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": NEW})
    assert page.location.endswith("/services/smur-tab")


@pytest.mark.usefixtures("telephone")
def test_another_ones_link_takes_no_profit_of_my_factor(portal: Portal) -> None:
    anne, paul = portal.person(), portal.person()
    for person in (anne, paul):
        send(portal.browser().get("/connexion/oubli/mot-de-passe"), {"Identifiant ou email": person.identifier})
    links = {}
    for person in (anne, paul):
        found = re.search(r"https?://\S+/reinitialisation/\S+", portal.emails(person.email)[-1].text)
        assert found is not None
        links[person.subject] = urlsplit(found[0]).path
    browser = portal.browser()
    page = browser.get(links[paul.subject]).follow()
    page = press(page, "Continuer avec « Téléphone »").follow()
    send(page, {"Code reçu par courriel": "123456"})
    assert "prouvez d’abord" in text(browser.get(links[anne.subject]).follow())

"""The same journeys in a real Chromium, whose card is a certificate in its own store; the console must stay silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from tests.browser.accessibility import watch
from tests.browser.steps import fill, identify, press
from tests.interop.chromium import open_with_card
from tests.interop.front import Front
from tests.interop.test_card_attacks import also, owner_of
from tests.interop.test_card_journeys import cards_of, named_as_on

from esea_auth_plugin.foundation.jobs.worker import Worker
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.portal import Portal

Open = Callable[[str | None], Page]


@pytest.fixture
def open_browser(served: Portal, front: Front, playwright: Playwright, tmp_path: Path) -> Iterator[Open]:
    """``page = open_browser("medecin")``: a browser of its own with this card; mail leaves by itself meanwhile."""
    contexts: list[BrowserContext] = []
    noise: list[str] = []
    worker = Worker(served.registry, pace=0.1).start()

    def start(slug: str | None) -> Page:
        context = open_with_card(playwright, tmp_path / f"browser-{len(contexts)}", front, slug)
        contexts.append(context)
        page = context.new_page()
        watch(page, noise)
        return page

    yield start
    for context in contexts:
        for page in context.pages:
            print(f"left open: {page.url} « {page.title()} »\n{page.locator('body').inner_text()[:1500]}\n")
        context.close()
    worker.stop()
    assert not noise, "the browser complained:\n" + "\n".join(noise)


def show_card(page: Page) -> None:
    """Choose « Carte CPS » and read the card."""
    page.goto("/connexion")
    page.get_by_role("main").get_by_role("link", name="Carte CPS").click()
    press(page, "Lire ma carte")


def is_in(page: Page) -> None:
    """Expect to be signed in."""
    expect(page.get_by_role("button", name="Me déconnecter").first).to_be_visible()


def test_one_gesture_signs_in(served: Portal, open_browser: Open) -> None:
    owner_of(served, "medecin")
    page = open_browser("medecin")
    show_card(page)
    is_in(page)
    assert "ticket" not in page.url
    renewed = open_browser("medecin-renouvelee")
    show_card(renewed)
    is_in(renewed)


def test_sign_up_with_a_card(served: Portal, open_browser: Open) -> None:
    page = open_browser("medecin-nouveau")
    show_card(page)
    press(page, "Créer mon compte")
    expect(page.get_by_text("lu sur votre carte")).to_be_visible()
    read = {"Nom", "Prénom", "N° RPPS", "Profession"}
    fill(page, {name: value for name, value in wizard.PERSONAL.items() if name not in read})
    press(page, "Suivant")
    press(page, "Envoyer le code")
    code = page.get_by_label("Code reçu par courriel")
    code.wait_for()
    code.fill(served.smtp.wait(wizard.EMAIL).code)
    code.press("Enter")
    expect(page.get_by_label("Identifiant").first).to_be_visible()
    press(page, "Suivant")
    page.get_by_label("Motif").fill(wizard.MOTIVE)
    page.get_by_label("J’accepte les Conditions").check()
    press(page, "Suivant")
    press(page, wizard.SEND)
    expect(page.get_by_role("heading", level=1)).to_contain_text("attente")


def test_link_a_card_later(served: Portal, open_browser: Open) -> None:
    person = named_as_on(served, "medecin", rpps="99900000011")
    page = open_browser("medecin")
    page.goto("/connexion/otp")
    identify(page, served, person.identifier, person.password, person.email)
    page.goto("/compte/dispositifs")
    press(page, "Ajouter ma carte CPS")
    expect(page.get_by_text("c’est ajouté")).to_be_visible()
    assert list(cards_of(served, person)) == ["899900000011"]


def test_cards_of_two_employers_open_one_account(served: Portal, open_browser: Open) -> None:
    person = owner_of(served, "cpe")
    also(served, person, "cpe-autre-employeur")
    for slug in ("cpe", "cpe-autre-employeur"):
        page = open_browser(slug)
        show_card(page)
        is_in(page)
        expect(page.get_by_text(person.last_name).first).to_be_visible()


def test_a_refused_card_meets_a_page_that_helps(served: Portal, open_browser: Open) -> None:
    """Errors 495 of nginx, in a browser: French words, the portal's own look, and a way back."""
    page = open_browser("revoquee")
    page.goto("/connexion/cps")
    press(page, "Lire ma carte")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cette carte est en opposition")
    assert page.url.startswith("https://cps.localhost:")


def test_without_a_card_the_page_says_what_to_do(served: Portal, open_browser: Open) -> None:
    page = open_browser(None)
    page.goto("/connexion/cps")
    press(page, "Lire ma carte")
    expect(page.get_by_role("heading", level=1)).to_have_text("Aucune carte n’a été lue")


def test_the_workstation_is_tested(served: Portal, open_browser: Open) -> None:
    page = open_browser("medecin")
    page.goto("/connexion/cps/diagnostic")
    page.get_by_role("main").get_by_role("link", name="Tester").or_(
        page.get_by_role("main").get_by_role("button", name="Tester")
    ).first.click()
    expect(page.get_by_text("réussi").first).to_be_visible()

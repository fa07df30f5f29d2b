"""Pro Santé Connect as people live it, in Chromium: the whole sign-up, two clicks the second time, e-CPS, the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.accessibility import AccessibilityCheck
from tests.browser.conftest import NewPage
from tests.browser.serving import PATIENCE, Door
from tests.browser.steps import fill, press, said
from tests.interop.psc.provider import forget

from esea_auth_plugin.interfaces import IAccounts
from esea_auth_plugin.testing import databases, run
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.smtp import SmtpSink
from host_app.demo.psc import CLIENT_ID, Sandbox

SECRET = "secret-du-portail-chez-le-fournisseur-de-test"
BUTTON = "S'identifier avec Pro Santé Connect"
EMAIL = "nadia.sanchez@ch-demo.example"
#: Characters that an unhurried typist writes in a minute (some 40 words).
A_MINUTE_OF_TYPING = 200


@pytest.fixture(scope="session")
def sandbox(door: Door) -> Iterator[Sandbox]:
    """The demo's own Pro Santé Connect, for the worker's portal."""
    found = Sandbox(door.url, SECRET).start()
    yield found
    found.stop()


@pytest.fixture
def clock() -> ManualClock:
    """A clock at a real moment: the demo's catalogue counts its days from it."""
    path = run.folder() / databases.worker() / "clock"
    path.parent.mkdir(exist_ok=True)
    return ManualClock(datetime.now(UTC), path=path)


@pytest.fixture
def standing(
    applications: Applications,
    clock: ManualClock,
    smtp: SmtpSink,
    backend: databases.Backend,
    door: Door,
    catalogue: Path,
    sandbox: Sandbox,
) -> Iterator[Portal]:
    """The portal beside the sandbox; both read the test's clock."""
    sandbox.memory.forget()
    sandbox.memory.tell = lambda: clock.now().timestamp()
    secret = run.folder() / f"psc-sandbox-secret-{databases.worker()}"
    secret.write_text(SECRET, encoding="ascii")
    overrides = {
        "portal.url": door.url,
        "esea_auth.services": str(catalogue),
        "esea_auth.modes": "pro_sante_connect password mail_code ecps",
        "portal.outbound_private_networks": "127.0.0.0/8 ::1/128",
        "esea_auth.psc.environment": "autre",
        "esea_auth.psc.issuer": sandbox.issuer,
        "esea_auth.psc.form_origins": sandbox.wallet.removesuffix("/psc"),
        "esea_auth.psc.client_id": CLIENT_ID,
        "esea_auth.psc.client_secret": f"file:{secret}",
    }
    registry, door.application = applications.get(backend, overrides)
    forget(registry)
    portal = Portal(registry, door.application, clock, smtp, backend)
    yield portal
    portal.close()


def paul(portal: Portal) -> Person:
    """Somebody whose RPPS number was proven before."""
    person = portal.person(first_name="Paul", last_name="Castets", services=["espace-pro"])
    with portal.db.writing() as session:
        portal.find(IAccounts).change_attributes(session, person.subject, {"rpps": "99900000011"}, origin="card")
    return person


def identify(page: Page, means: str) -> None:
    """Press the official button, then who it is, over there."""
    page.get_by_role("button", name=said(BUTTON)).click()
    page.get_by_role("button", name=means, exact=True).click()


def keep_everything(page: Page) -> None:
    """Answer, with one press, what follows the first link of an account."""
    expect(page).to_have_title(re.compile("Que gardez-vous"))
    press(page, "Tout est à moi : tout garder")


def open_service(page: Page) -> None:
    expect(page).to_have_url(re.compile("/espace-pro"))


def test_the_second_sign_in_takes_two_clicks(served: Portal, new_page: NewPage, noise: list[str]) -> None:
    """From the page of the modes to the service: the button, and « Continuer en tant que »."""
    paul(served)
    page = new_page()
    page.goto("/connexion?service=espace-pro")
    identify(page, "e-CPS de Paul Castets")
    keep_everything(page)
    open_service(page)
    served.clock.advance(minutes=31)  # our session ends by itself; PSC's stays open
    page.goto("/connexion?service=espace-pro")
    page.get_by_role("button", name=said(BUTTON)).click()
    page.get_by_role("button", name="Continuer en tant que Paul Castets").click()
    open_service(page)
    noise.clear()  # the sandbox has no icon


def test_a_professional_signs_up_with_less_than_a_minute_of_typing(
    served: Portal, new_page: NewPage, noise: list[str]
) -> None:
    """Everything that PSC knows is there; the address is confirmed on the way."""
    page = new_page()
    typed = 0

    def type_in(values: dict[str, str]) -> None:
        nonlocal typed
        typed += sum(len(value) for value in values.values())
        fill(page, values)

    page.goto("/connexion?service=espace-pro")
    identify(page, "Carte CPS de Nadia Sanchez")
    press(page, "Créer mon compte")
    expect(page.get_by_role("main")).to_contain_text("99900000052")
    type_in({"Email": EMAIL, "Confirmation email": EMAIL, "Jour": "14", "Mois": "03"})
    press(page, "Suivant")
    served.smtp.clear()
    press(page, "Envoyer le code")
    code = served.smtp.wait(EMAIL).code
    typed += len(code)
    page.get_by_label(re.compile("Code reçu par courriel")).fill(code)
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile(r"Étape\s3/4"))
    press(page, "Suivant")
    expect(page).to_have_title(re.compile(r"Étape\s4/4"))
    type_in({"Motif de l’inscription": "Je travaille aux urgences et suis les capacités en lits."})
    page.get_by_label(re.compile("J.accepte les Conditions")).check()
    press(page, "Suivant")
    press(page, "Envoyer ma demande")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Votre demande")
    assert typed < A_MINUTE_OF_TYPING, typed
    noise.clear()


def test_a_telephone_answers_and_the_page_goes_on_by_itself(
    served: Portal, sandbox: Sandbox, new_page: NewPage, assert_accessible: AccessibilityCheck, noise: list[str]
) -> None:
    """The worker polls every two seconds, and so does the page; axe checks the page with the number."""
    paul(served)
    page = new_page()
    page.goto("/connexion?service=espace-pro")
    identify(page, "e-CPS de Paul Castets")
    keep_everything(page)
    open_service(page)
    served.clock.advance(minutes=31)
    page.goto("/connexion?service=espace-pro")
    page.get_by_role("link", name="e-CPS").click()
    assert_accessible(page)
    fill(page, {"Identifiant national": "8 99900000011"})
    press(page, "Continuer")
    number = page.locator(".code-number [aria-hidden]").inner_text()
    assert_accessible(page)
    telephone = page.context.new_page()
    telephone.goto(f"{sandbox.wallet}/telephone")
    button = telephone.get_by_role("button", name=number, exact=True)
    for turn in range(PATIENCE // 200):
        if turn < 20:  # the request ends after two minutes: from then on the busy machine catches up
            served.clock.advance(seconds=1)
        if button.count():
            break
        telephone.wait_for_timeout(200)
        telephone.reload()
    button.click()
    for turn in range(PATIENCE // 300):
        if turn < 30:
            served.clock.advance(seconds=1)
        page.wait_for_timeout(300)
        if "/espace-pro" in page.url:
            break
    open_service(page)
    noise.clear()


def test_a_click_ends_both_sessions(served: Portal, new_page: NewPage, noise: list[str]) -> None:
    paul(served)
    page = new_page()
    page.goto("/connexion")
    identify(page, "e-CPS de Paul Castets")
    page.get_by_role("button", name="Me déconnecter").first.click()
    expect(page.get_by_text(said("Vos sessions sont fermées, ici et chez Pro Santé Connect."))).to_be_visible()
    page.goto("/connexion")
    page.get_by_role("button", name=said(BUTTON)).click()
    expect(page.get_by_role("heading", name="Qui êtes-vous ?")).to_be_visible()
    noise.clear()


def test_the_page_between_the_two_ends_is_accessible(
    served: Portal, sandbox: Sandbox, new_page: NewPage, assert_accessible: AccessibilityCheck, noise: list[str]
) -> None:
    """It sends itself; held up here, it is read like any other."""
    paul(served)
    page = new_page()
    page.route("**/psc-end-session.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/connexion")
    identify(page, "e-CPS de Paul Castets")
    page.get_by_role("button", name="Me déconnecter").first.click()
    expect(page.get_by_role("button", name="Fermer la session Pro Santé Connect")).to_be_visible()
    assert_accessible(page)
    noise.clear()


def test_psc_down_offers_the_other_modes(served: Portal, sandbox: Sandbox, new_page: NewPage) -> None:
    sandbox.memory.fault = "down"
    page = new_page()
    page.goto("/connexion")
    page.get_by_role("button", name=said(BUTTON)).click()
    expect(page.get_by_role("main")).to_contain_text("Choisissez votre mode d’authentification")
    expect(page.get_by_text(re.compile("Pro Santé Connect ne répond pas en ce moment")).first).to_be_visible()


@pytest.mark.parametrize("path", ["/connexion", "/connexion/psc"])
def test_its_pages_are_accessible(
    served: Portal, new_page: NewPage, assert_accessible: AccessibilityCheck, path: str
) -> None:
    page = new_page()
    page.goto(path)
    assert_accessible(page)

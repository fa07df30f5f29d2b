"""A form whose answer leads to another origin: the browser follows it for the service that the page was opened for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.serving import Door
from tests.browser.steps import fill, press, said

from esea_auth_plugin.interfaces import ICatalogue
from esea_auth_plugin.testing.portal import Portal


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Door]:
    """A business service of its own, at another origin."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [b"<!doctype html><title>ROR</title><h1>Bienvenue dans le ROR</h1>"]

    door = Door()
    door.application = application
    door.open()
    yield door
    door.close()


@pytest.fixture
def ror_elsewhere(served: Portal, elsewhere: Door, monkeypatch: pytest.MonkeyPatch) -> Door:
    """The ROR at that origin; a catalogue file names only addresses in https, which this machine has no key for."""
    services = served.find(ICatalogue)._services
    monkeypatch.setitem(services, "ror", replace(services["ror"], address=f"{elsewhere.url}/"))
    return elsewhere


def test_a_sign_in_ends_at_the_service_on_another_origin(served: Portal, page: Page, ror_elsewhere: Door) -> None:
    anne = served.person(services=["ror"])
    page.goto("/services/ror")
    page.get_by_role("main").get_by_role("link", name="OTP").click()
    fill(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password})
    press(page, "Valider")
    page.get_by_label("Code reçu par courriel").fill(served.smtp.wait(anne.email).code)
    press(page, "Valider")
    expect(page.get_by_role("heading", name=said("Bienvenue dans le ROR"))).to_be_visible()
    assert page.url == f"{ror_elsewhere.url}/"


def test_no_other_page_lets_a_form_leave_the_portal(page: Page, ror_elsewhere: Door, noise: list[str]) -> None:
    """A form planted in a page reaches no other origin."""
    page.goto("/connexion/otp?service=espace-pro")
    blocked = page.evaluate(
        """(target) => new Promise((resolve) => {
            document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
            const form = Object.assign(document.createElement('form'), {method: 'post', action: target});
            document.body.append(form);
            form.submit();
        })""",
        ror_elsewhere.url,
    )
    assert blocked == "form-action"
    assert "form-action 'self'" in noise.pop()
    assert "/connexion/otp" in page.url

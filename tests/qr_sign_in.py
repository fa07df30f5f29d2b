"""A workstation and a telephone, through the real pages: what each shows, and what people do with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from webtest import TestApp, TestResponse
from webtest.forms import Form

from esea_auth_plugin.auth_modes.qr_code.models import QrRequestRow
from esea_auth_plugin.interfaces import IPasskeys, PortalSettings
from esea_auth_plugin.testing.authenticator import Authenticator
from esea_auth_plugin.testing.pages import press, send
from esea_auth_plugin.testing.portal import Person, Portal

MODES = {"esea_auth.modes": "passkey qr_code password mail_code"}
NUMBER = "Nombre à deux chiffres affiché sur l’écran du poste"
CHECK = "Nombre à deux chiffres affiché sur votre téléphone"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


def give_phone(portal: Portal, person: Person) -> Authenticator:
    """Give a person a telephone with a passkey, registered a while ago."""
    device = Authenticator(portal.find(PortalSettings).url)
    keys = portal.find(IPasskeys)
    to = {"subject": person.subject, "browser": "browser-of-long-ago", "purpose": "test"}
    with portal.db.writing() as session:
        offer = keys.registration_options(session, name=person.identifier, display_name=person.display_name, **to)
        values = {"credential": device.create(offer["options"]), "challenge": offer["challenge"]}
        key = keys.register(session, values=values, at=portal.clock.now(), label="Téléphone", **to)
        assert key is not None
    return device


def workstation(browser: TestApp, service: str = "") -> TestResponse:
    """Open « QR code » on a workstation and return the page that shows the code."""
    page = browser.get("/connexion/qr", params={"service": service} if service else {})
    return press(page, "Continuer").follow()


def code_of(page: TestResponse) -> str:
    """Return the code that a workstation shows."""
    return str(page.html.find(attrs={"data-qr-code": True}).get_text(strip=True))


def number_of(page: TestResponse) -> str:
    """Return the number that a workstation shows."""
    return str(page.html.find(attrs={"data-qr-number": True}).get_text(strip=True))


def check_of(page: TestResponse) -> str:
    """Return the number that a telephone shows once it made its key."""
    return str(page.html.find(attrs={"data-qr-check": True}).get_text(strip=True))


def other_than(number: str) -> str:
    """Return a wrong number."""
    return f"{(int(number) + 1) % 100:02d}"


def form_to(page: TestResponse, act: str) -> Form:
    """Return the form that leads to an act (``approuver``, ``refuser``…)."""
    for form in page.forms.values():
        if form.action.endswith(f"/{act}"):
            return form
    raise AssertionError(f"no form to {act} on the page")


def sign(page: TestResponse, device: Authenticator, act: str = "approuver", **wrong: Any) -> TestResponse:
    """Send the form that asks for a passkey, signed (``cle``: with a new one) by this device."""
    form = form_to(page, act)
    options: Mapping[str, Any] = json.loads(form.html.form["data-options"])
    form["credential"] = device.create(options) if act == "cle" else device.get(options, **wrong)
    return form.submit(expect_errors=True)


def read(phone: TestApp, code: str) -> TestResponse:
    """Open on the telephone what the code leads to."""
    return phone.get(f"/qr/{code}", headers={"User-Agent": IPHONE}, expect_errors=True)


def approve(phone: TestApp, device: Authenticator, code: str, number: str) -> TestResponse:
    """Read the code, type the number, sign; return the telephone's last page."""
    return sign(send(read(phone, code), {NUMBER: number}, "Continuer"), device)


def go_on(page: TestResponse) -> TestResponse:
    """What the waiting page does by itself once it was told that the answer can be judged."""
    return press(page, "Continuer").maybe_follow()


def states(portal: Portal) -> list[str]:
    """Return the state of every request there is."""
    with portal.db.reading() as session:
        return sorted(session.scalars(select(QrRequestRow.state)))


def opened(page: TestResponse) -> bool:
    """Tell whether the workstation is signed in once its page went on."""
    return "Me déconnecter" in go_on(page).text

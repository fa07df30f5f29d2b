"""What people do in these tests: press the button, identify themselves over there, come back."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, select
from tests.interop.psc.provider import Visitor
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import RPPS
from webtest import TestApp, TestResponse

from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.foundation.sessions.models import SessionRow
from esea_auth_plugin.interfaces import IAccounts
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Person, Portal

BUTTON = "S'identifier avec Pro Santé Connect"


def leave(browser: TestApp, service: str = "") -> str:
    """Press the official button on the page of all modes; return where it leads."""
    page = browser.get("/connexion", params={"service": service} if service else {})
    return str(press(page, BUTTON).location)


def come_in(browser: TestApp, visitor: Visitor, service: str = "") -> TestResponse:
    """Go there, identify, come back; return the portal's answer to the callback."""
    return browser.get(visitor.go(leave(browser, service)))


def registered(portal: Portal, origin: str = "card", **more: Any) -> Person:
    """Return somebody whose RPPS number was proven by another means (or merely declared)."""
    person = portal.person(**{"first_name": "Alix", "last_name": "Exemple", **more})
    with portal.db.writing() as session:
        portal.find(IAccounts).change_attributes(session, person.subject, {"rpps": RPPS}, origin=origin)
    return person


def is_signed_in(browser: TestApp, person: Person) -> bool:
    """Tell whether « Mon compte » opens, and is this person's."""
    page = browser.get("/compte/profil", expect_errors=True)
    return page.status_int == 200 and person.email in page.text


def refusals(portal: Portal) -> list[str]:
    """Return the codes of refused sign-ins, in their order."""
    with portal.db.reading() as session:
        wanted = select(AuditEvent.details).where(AuditEvent.action == "sign_in.refused").order_by(AuditEvent.at)
        return [str(json.loads(details)["code"]) for details in session.scalars(wanted)]


def actions(portal: Portal) -> list[str]:
    """Return the actions of the trail, in their order."""
    with portal.db.reading() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.at)))


def sessions(portal: Portal) -> int:
    """Return how many sessions were ever opened."""
    with portal.db.reading() as session:
        return session.scalar(select(func.count()).select_from(SessionRow)) or 0


def said(page: TestResponse) -> str:
    """Return what the page says, redirects followed."""
    return text(page.maybe_follow())


def keep(page: TestResponse, *titles: str) -> TestResponse:
    """Answer the page that follows a first link: keep what begins with one of these, remove the rest."""
    page = page.click("Choisir ce que je garde")
    form = next(form for form in page.forms.values() if form.action == "/compte/premiere-liaison")
    for box in page.html.find_all("input", {"name": "garder"}):
        label = " ".join(page.html.find("label", {"for": box["id"]}).text.split())
        index = int(box["id"].rpartition("-")[2]) - 1
        form.get("garder", index=index).checked = label.startswith(titles)
    return form.submit()


__all__ = [
    "BUTTON",
    "actions",
    "come_in",
    "is_signed_in",
    "keep",
    "leave",
    "refusals",
    "registered",
    "said",
    "sessions",
]

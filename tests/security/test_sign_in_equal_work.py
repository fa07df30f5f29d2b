"""Enumeration by the work done: known and unknown cost the same hashes, queries by kind, rows and emails (row 28)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.foundation.mail.models import Delivery
from esea_auth_plugin.foundation.security.passwords import PasswordHashes
from esea_auth_plugin.recovery.models import ResetRow
from esea_auth_plugin.testing.pages import send, text
from esea_auth_plugin.testing.portal import Portal


def rows(portal: Portal) -> dict[str, int]:
    """Return how many rows of each kind there are."""
    with portal.db.reading() as session:
        return {
            model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0
            for model in (AuditEvent, Delivery, ResetRow)
        }


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the hash verifications."""
    counted: Counter[str] = Counter()
    verify = PasswordHashes.verify

    def counting(self: PasswordHashes, password_hash: str | None, password: str) -> tuple[bool, bool]:
        counted["verify"] += 1
        return verify(self, password_hash, password)

    monkeypatch.setattr(PasswordHashes, "verify", counting)
    return counted


def work(portal: Portal, act: Callable[[], Any], queries: Any, hashes: Counter[str]) -> tuple[Any, ...]:
    """Return all that an act cost, and the page that it answered."""
    before, verified = rows(portal), hashes["verify"]
    with queries() as seen:
        page = act()
    after = rows(portal)
    return (
        {name: after[name] - before[name] for name in after},
        hashes["verify"] - verified,
        len(seen),
        page.status_int,
        text(page),
    )


def test_a_wrong_password_and_an_unknown_login_cost_the_same(
    portal: Portal, queries: Any, hashes: Counter[str]
) -> None:
    anne = portal.person()

    def wrong(login: str) -> Callable[[], Any]:
        page = portal.browser().get("/connexion/otp")
        return lambda: send(page, {"Identifiant ou email": login, "Mot de passe": "Pas-le-bon-du-tout-1"})

    work(portal, wrong("personne.zero"), queries, hashes)  # first use of statements and pages
    known = work(portal, wrong(anne.identifier), queries, hashes)
    unknown = work(portal, wrong("personne.une"), queries, hashes)
    assert known == unknown
    assert known[1] == 1


@pytest.mark.parametrize(("path", "label"), [("mot-de-passe", "Identifiant ou email"), ("identifiant", "Email")])
def test_recovery_costs_the_same_for_nobody(
    portal: Portal, queries: Any, hashes: Counter[str], path: str, label: str
) -> None:
    anne = portal.person()

    def ask(login: str) -> Callable[[], Any]:
        page = portal.browser().get(f"/connexion/oubli/{path}")
        return lambda: send(page, {label: login}).follow()

    work(portal, ask("personne.zero@chu.example.fr"), queries, hashes)
    known = work(portal, ask(anne.email), queries, hashes)
    unknown = work(portal, ask("personne.une@chu.example.fr"), queries, hashes)
    assert known == unknown
    assert known[0]["esea_delivery"] == 1

"""Somebody with much of everything: twelve services, forty sessions, thousands of rows in the trail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from esea_auth_plugin.auth_modes.passkey.models import PasskeyRow
from esea_auth_plugin.auth_modes.totp.models import TotpRow
from esea_auth_plugin.foundation.database import lock_accounts
from esea_auth_plugin.foundation.sessions.models import SessionRow
from esea_auth_plugin.interfaces import IAuditTrail
from esea_auth_plugin.testing.portal import Person, Portal

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"

_PORTAL = """
[portail]
title = Portail d'essai
level = code-courriel
mode.mail_code =
"""
_SERVICE = """
[service-{0}]
title = Service {0}
description = Ce que l'on y fait, dit en une phrase assez longue pour passer à la ligne.
audience = Tous les professionnels
level = code-courriel
mode.mail_code =
address = https://service-{0}.example.fr/
"""


def twelve_services() -> str:
    """Return a catalogue of twelve services, and the portal itself."""
    return _PORTAL + "".join(_SERVICE.format(number) for number in range(1, 13))


def a_crowded_account(portal: Portal, person: Person, *, sessions: int = 39, rows: int = 5_000) -> None:
    """Add sessions and rows of the trail to a person, the way the portal writes them."""
    now = portal.clock.now()
    with portal.db.writing() as session:
        lock_accounts(portal.registry, session, person.subject)
        for number in range(sessions):
            session.add(
                SessionRow(
                    cookie_digest=f"{person.subject[:20]}-{number}",
                    subject=person.subject,
                    proofs=[],
                    created_at=now - timedelta(minutes=number),
                    last_seen_at=now - timedelta(seconds=number),
                    ends_at=now + timedelta(hours=3),
                    idle_seconds=1_800,
                    user_agent=FIREFOX,
                )
            )
        _rows(portal, session, person, rows)


def eight_devices(portal: Portal, person: Person) -> None:
    """Add five passkeys and three applications, as their packages keep them; nobody can sign in with them."""
    now = portal.clock.now()
    with portal.db.writing() as session:
        lock_accounts(portal.registry, session, person.subject)
        for number in range(5):
            session.add(
                PasskeyRow(
                    subject=person.subject,
                    credential_id=f"{person.subject}-{number}",
                    public_key=b"",
                    sign_count=0,
                    transports=[],
                    backup_eligible=True,
                    backed_up=True,
                    label=f"Clé de sécurité du poste de régulation numéro {number + 1}",
                    place="Firefox sur Windows",
                    added_at=now - timedelta(days=number),
                    last_used_at=now if number % 2 else None,
                )
            )
        for number in range(3):
            session.add(
                TotpRow(
                    subject=person.subject,
                    label=f"Téléphone {number + 1}",
                    sealed_secret="",
                    last_step=0,
                    added_at=now - timedelta(days=number),
                )
            )


def _rows(portal: Portal, session: Session, person: Person, rows: int) -> None:
    """Write events by the trail itself."""
    trail = portal.find(IAuditTrail)
    for number in range(rows):
        trail.record(
            session,
            "sign_in.succeeded" if number % 3 else "service.opened",
            actor=person.subject,
            target=person.subject,
            details={"mode": "mail_code", "service": "service-3"},
            personal={"address": f"10.7.{number // 250}.{number % 250}", "user_agent": FIREFOX},
        )

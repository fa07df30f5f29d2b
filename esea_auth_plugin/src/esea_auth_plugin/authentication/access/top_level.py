"""The view option ``top_level=True``: a proof as strong as what the account owns, ten minutes old at most.

What resists phishing is strong enough, whatever else is owned: a card tells who somebody is, and keeps a thief out no
better than a passkey does. Otherwise who has left the card at the hospital could not change anything (ADR 16).

Whoever sits down at a session left open, or has stolen a password and a mailbox, must not be able to change what opens
the account (Keycloak CVE-2026-3429: a device deleted from a password-only session).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pyramid.httpexceptions import HTTPForbidden

from ...foundation.database import IDatabase
from ...interfaces import Identity, IMaximumLevel, Level, Proof, Refusal
from ...levels import level_of
from ...pyramid_types import PortalRequest, View
from ...services import current_time, find
from .refused import Refused

FRESH = timedelta(minutes=10)
ENOUGH = Level.RESISTANT


@dataclass(frozen=True, slots=True)
class FreshProofs:
    """What somebody proved within :data:`FRESH`, and the level that this alone reaches."""

    proofs: tuple[Proof, ...]
    level: Level


def fresh_proofs(request: PortalRequest, identity: Identity) -> FreshProofs:
    """Return what the session proved lately."""
    now = current_time(request)
    fresh = tuple(proof for proof in identity.proofs if now - proof.at <= FRESH)
    return FreshProofs(fresh, level_of(fresh))


def wanted_level(request: PortalRequest, subject: str) -> Level:
    """Return the level that changes of this account ask for: what it owns, or what resists phishing."""
    with find(request, IDatabase).reading() as session:
        return min(find(request, IMaximumLevel).of(session, subject), ENOUGH)


def is_at_top(request: PortalRequest, identity: Identity) -> bool:
    """Tell whether the session's fresh proofs alone reach the level that changes of the account ask for."""
    fresh = fresh_proofs(request, identity)
    return bool(fresh.proofs) and fresh.level >= wanted_level(request, identity.subject)


def refuse_below_top(request: PortalRequest) -> None:
    """Raise the refusal that leads to a fresh sign-in and back.

    :raises HTTPForbidden: nobody is signed in, or what they proved lately is too little.
    """
    identity: Identity | None = request.identity
    if identity is None:
        raise HTTPForbidden(result=Refused(Refusal.SIGN_IN, "top_level"))
    if not is_at_top(request, identity):
        raise HTTPForbidden(result=Refused(Refusal.STALE, "top_level"))


def top_level_deriver(view: View, info: Any) -> View:
    """View deriver, see the module."""
    if not info.options.get("top_level"):
        return view

    def guarded(context: object, request: PortalRequest) -> Any:
        refuse_below_top(request)
        return view(context, request)

    return guarded


top_level_deriver.options = ("top_level",)  # type: ignore[attr-defined]

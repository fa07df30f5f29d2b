"""The view option ``top_level=True``: a proof of the highest level that the account owns, ten minutes old at most.

Whoever sits down at a session left open, or has stolen a password and a mailbox, must not be able to change what opens
the account (Keycloak CVE-2026-3429: a device deleted from a password-only session).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pyramid.httpexceptions import HTTPForbidden

from ...foundation.database import IDatabase
from ...interfaces import Identity, IMaximumLevel, Refusal
from ...levels import level_of
from ...pyramid_types import PortalRequest, View
from ...services import current_time, find
from .refused import Refused

FRESH = timedelta(minutes=10)


def is_at_top(request: PortalRequest, identity: Identity) -> bool:
    """Tell whether the session's fresh proofs alone reach the highest level that the account owns."""
    now = current_time(request)
    fresh = [proof for proof in identity.proofs if now - proof.at <= FRESH]
    if not fresh:
        return False
    with find(request, IDatabase).reading() as session:
        owned = find(request, IMaximumLevel).of(session, identity.subject)
    return level_of(fresh) >= owned


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

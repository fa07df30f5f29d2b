"""Giving and withdrawing a right by hand, as acts that may need a second reviewer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from ..accounts.acts import AccountAct
from ..errors import PortalError
from ..interfaces import AccountView, IAccounts
from ..pyramid_types import Registry
from ..services import find
from .rights import OWN, Rights

_LABELS = {"service": "Service", "motif": "Motif", "jusqu_au": "Dernier jour"}


def _give(registry: Registry, session: Session, subject: str, values: Mapping[str, str], by: str) -> str:
    account, until = _account(registry, session, subject), values.get("jusqu_au", "")
    service = Rights(registry).give(
        session,
        account,
        values["service"],
        by=by,
        reason=values["motif"],
        last_day=date.fromisoformat(until) if until else None,
    )
    return f"Le service « {service.title} » est ouvert à {account.display_name}. Un courriel l'en prévient."


def _withdraw(registry: Registry, session: Session, subject: str, values: Mapping[str, str], by: str) -> str:
    account = _account(registry, session, subject)
    Rights(registry).withdraw(session, account, values["service"], by=by, reason=values["motif"])
    return "Le droit d'accès est retiré, à effet immédiat. Un courriel en prévient la personne."


def _account(registry: Registry, session: Session, subject: str) -> AccountView:
    account = find(registry, IAccounts).by_subject(session, subject)
    if account is None:
        raise PortalError("Ce compte n'existe plus.", code="right.account")
    return account


GIVE = AccountAct(
    "give_right", "Donner un droit d'accès", _give, _LABELS, noun="l’ouverture du droit", own=OWN, notified=True
)
WITHDRAW = AccountAct(
    "withdraw_right", "Retirer un droit d'accès", _withdraw, _LABELS, noun="le retrait du droit", own=OWN, notified=True
)

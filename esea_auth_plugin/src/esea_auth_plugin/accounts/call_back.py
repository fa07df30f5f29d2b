"""What the support checks somebody's identity by: numbers to call back and workplace, since when, and what is too new.

Whoever got hold of a session would give their own number or workplace, then « lose everything » and answer the call:
what changed lately proves nothing, and the establishment is called by the number of a national directory instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..foundation.layout.filters import date_fr
from ..interfaces import AUTHORITY_ORIGINS, AccountView, Fact, ISealer
from ..normalise.phones import phone_fr
from ..pyramid_types import Registry
from ..services import current_time, find
from . import attribute_store
from .attributes import CALLED_BACK, KINDS
from .models import Account

#: Value, origin and moment by attribute.
Told = Mapping[str, tuple[str, str, datetime]]
#: What a thief would have to wait, with the person warned of a number by mail from the first minute on.
RECENT = timedelta(days=30)
#: What these say is nobody's claim; the support's own change may have been talked out of it.
_AUTHORITIES = AUTHORITY_ORIGINS
_NEW_NUMBER = "donné ou changé depuis moins de 30 jours : ne le rappelez pas, passez par le standard de l’établissement"
_NEW_PLACE = "donné ou changé depuis moins de 30 jours : cherchez son numéro dans un annuaire national, pas au dossier"
#: Attributes shown here, with what to make of one that is new.
CHECKED_BY: Mapping[str, str] = {**dict.fromkeys(CALLED_BACK, _NEW_NUMBER), "workplace": _NEW_PLACE}


def told_of(registry: Registry, session: Session, account: AccountView) -> Told:
    """Return what is known of an account: value, origin and moment by attribute."""
    account_id = select(Account.id).where(Account.subject == account.subject).scalar_subquery()
    return attribute_store.told(session, find(registry, ISealer), account_id)


def checked_by(registry: Registry, account: AccountView, told: Told) -> Sequence[Fact]:
    """Return numbers and workplace of an account, each with its date, a warning on those that changed lately."""
    now = current_time(registry)
    facts = []
    for name, warning in CHECKED_BY.items():
        if name not in told:
            continue
        value, origin, since = told[name]
        # A young account is no exception: whoever opened it a week ago gave its numbers then.
        new = origin not in _AUTHORITIES and now - since < RECENT
        note = f"Depuis le {date_fr(since)}" + (f", {warning}" if new else "")
        number = name in CALLED_BACK
        label = f"{KINDS[name].label} du dossier" if number else KINDS[name].label
        facts.append(Fact(label, phone_fr(value) if number else value, "warning" if new else "", f"{note}."))
    return facts


def recently_confirmed(registry: Registry, account: AccountView) -> str:
    """Return a warning about an address that is new, ``""`` for an old one.

    One reviewer, taken in or dishonest, may have moved it alone; and an account that was opened lately was given this
    address by whoever opened it.
    """
    since = account.email_confirmed_at
    if since is None or current_time(registry) - since >= RECENT:
        return ""
    return (
        f"Confirmée le {date_fr(since)}, depuis moins de 30 jours : assurez-vous, à un numéro plus ancien qu’elle, que "
        "c’est bien la personne qui l’a donnée."
    )

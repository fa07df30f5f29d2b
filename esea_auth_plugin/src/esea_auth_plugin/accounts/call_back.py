"""The numbers that the support calls back to check who somebody is: since when each holds, and which are too new.

Whoever got hold of a session would give their own number, then « lose everything » and answer the call: a number that
changed lately proves nothing, and the switchboard of the establishment is called instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from ..interfaces import PROVEN_ORIGINS, AccountView, Fact, IAccounts, IClock
from ..layout.filters import date_fr, phone_fr
from ..services import find
from . import attribute_store
from .attributes import CALLED_BACK, KINDS
from .service import account_id_of

#: What a thief would have to wait, with the person warned by mail from the first minute on.
RECENT = timedelta(days=30)
#: What these say is nobody's claim; the support's own change may have been talked out of it.
_AUTHORITIES = PROVEN_ORIGINS - {"support"}
_NEW = "changé depuis moins de 30 jours : ne le rappelez pas, passez par le standard de l’établissement"


def known_numbers(
    registry: Any, session: Session, account: AccountView, values: Mapping[str, Any] | None = None
) -> Sequence[Fact]:
    """Return the telephone numbers of an account, each with its date, a warning on those that changed lately.

    :param values: the account's attributes, if they were read already.
    """
    values = find(registry, IAccounts).attributes(session, account.subject) if values is None else values
    said = attribute_store.origins(session, account_id_of(session, account.subject) or "")
    now = find(registry, IClock).now()
    facts = []
    for name in CALLED_BACK:
        if not values.get(name):
            continue
        origin, since = said[name]
        new = origin not in _AUTHORITIES and since > account.created_at and now - since < RECENT
        note = f"depuis le {date_fr(since)}" + (f", {_NEW}" if new else "")
        label, value = f"{KINDS[name].label} du dossier", phone_fr(str(values[name]))
        facts.append(Fact(label, value, "warning" if new else "", f"{note[0].upper()}{note[1:]}."))
    return facts

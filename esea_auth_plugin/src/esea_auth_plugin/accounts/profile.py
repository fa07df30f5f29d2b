"""What people change in their own profile: contact data, and proven lines and workplaces, which the support is told.

A workplace and a direct line are the person's own to know first; what proves who they are stays the support's. The
support calls numbers back to check an identity: it is told when a proven one was replaced, and reviewers see since when
each holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from ..interfaces import PROVEN_ORIGINS, AccountView, IAccounts, IOutbox, Limit, PortalSettings
from ..pyramid_types import JsonObject, Registry
from ..services import find
from . import attribute_store
from .attributes import KINDS, OWN
from .forms import profile_schema
from .service import account_id_of

LETTER = "accounts.proven_changed"
#: Nobody fills the support's mailbox from an account, nor hides a change among many.
EDITS = Limit("accounts.profile.person", 30, timedelta(days=1))
_PHONES = frozenset({"phone", "mobile", "fax"})
#: What its person may say anew although somebody else has proven another value.
REPLACEABLE = _PHONES | {"workplace"}


def own_schema(hidden: Collection[str], held: Collection[str], fixed: Collection[str], country: str) -> Any:
    """Return the schema: what the account does not hold yet may stay empty, except one telephone.

    :param fixed: what was proven and stays as it is.
    """
    schema = profile_schema(hidden, fixed, country)
    for node in schema.children:
        if node.name not in {*held, *_PHONES, "country"}:
            node.missing, node.asterisk = "", False
    return schema


def change(registry: Registry, session: Session, account: AccountView, values: JsonObject) -> None:
    """Keep what a person changed in their own profile, and tell the support which proven values it replaced."""
    accounts, subject = find(registry, IAccounts), account.subject
    former = accounts.attributes(session, subject)
    said = attribute_store.origins(session, account_id_of(session, subject) or "")
    replaced = {name for name, value in values.items() if _replaces(name, value, former, said)}
    accounts.change_attributes(session, subject, values, origin="declared", by=subject, own=replaced)
    if not replaced:
        return
    settings = find(registry, PortalSettings)
    names = [KINDS[name].label for name in KINDS if name in replaced]
    told = {
        "identifier": account.identifier,
        "names": names,
        "url": settings.absolute(f"/support/comptes/{subject}"),
    }
    find(registry, IOutbox).post(session, LETTER, to=settings.contacts.support_email, values=told)


def _replaces(name: str, value: object, former: Mapping[str, str], said: Mapping[str, tuple[str, object]]) -> bool:
    """Tell whether this is another value than a proven one; a person's own word stays one when it changes again."""
    origin = said[name][0] if name in said else ""
    return (origin in PROVEN_ORIGINS or origin == OWN) and str(value or "") != former.get(name, "")

"""Job: computes again the keyed digests of people that a migration emptied; SQL alone has no keys."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..foundation.database import IDatabase, lock_accounts
from ..interfaces import ISealer
from ..pyramid_types import Registry
from ..services import find
from . import attribute_store
from .attributes import person_digests
from .models import Account, IdentityAttribute

_BATCH = 200
_EMPTIED = (IdentityAttribute.name == "birthday", IdentityAttribute.digest.is_(None))


def rebuild(registry: Registry) -> int:
    """Fill every emptied digest of name and birthday, a batch a transaction; return how many were."""
    filled = 0
    while True:
        with find(registry, IDatabase).writing() as session:
            done = _batch(registry, session, find(registry, ISealer))
        filled += done
        if done < _BATCH:
            return filled


def _batch(registry: Registry, session: Session, sealer: ISealer) -> int:
    query = select(IdentityAttribute.id, IdentityAttribute.account_id, Account.subject)
    query = query.join(Account, Account.id == IdentityAttribute.account_id).where(*_EMPTIED)
    emptied = session.execute(query.order_by(Account.subject).limit(_BATCH)).all()
    lock_accounts(registry, session, *(subject for _, _, subject in emptied))
    for attribute, account, _ in emptied:
        known = attribute_store.read(session, sealer, account)
        names = (known.get("last_name", ""), known.get("first_name", ""))
        digest = person_digests(sealer, *names, known["birthday"])[0]
        session.execute(update(IdentityAttribute).where(IdentityAttribute.id == attribute).values(digest=digest))
    return len(emptied)

"""Job: computes again the keyed digests of sign-ups that a migration emptied; SQL alone has no keys."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..foundation.database import IDatabase
from ..interfaces import ISealer
from ..pyramid_types import Registry
from ..services import find
from .answers import unseal
from .models import SignUp
from .requests import digests_of

_BATCH = 200


def rebuild(registry: Registry) -> int:
    """Fill the emptied digests of every sign-up whose answers are kept; return how many were."""
    filled = 0
    while True:
        with find(registry, IDatabase).writing() as session:
            done = _batch(session, find(registry, ISealer))
        filled += done
        if done < _BATCH:
            return filled


def _batch(session: Session, sealer: ISealer) -> int:
    emptied = select(SignUp.id, SignUp.answers).where(SignUp.answers.is_not(None), SignUp.email_digest == "")
    rows = session.execute(emptied.limit(_BATCH)).all()
    for sign_up, answers in rows:
        values = digests_of(sealer, unseal(sealer, answers or "", sign_up))
        session.execute(update(SignUp).where(SignUp.id == sign_up).values(values))
    return len(rows)

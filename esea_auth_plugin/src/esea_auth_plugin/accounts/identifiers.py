"""Reservations of identifiers: one statement decides, so that two people can't get one at the same second.

Nothing here tells who holds a taken identifier: an account, a sign-up under way and a reserved word look alike.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..interfaces import ISealer
from .models import IdentifierReservation as Held
from .names import identifier_from_name

ACCOUNT, SIGN_UP, WORD = "account", "sign_up", "word"
_PORTAL = "portal"


@cache
def reserved_words() -> frozenset[str]:
    """Return the identifiers that nobody may have: they would pass for the portal or its support."""
    lines = (files(__package__) / "reserved_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def reserve(
    session: Session, identifier: str, *, kind: str, holder: str, now: datetime, until: datetime | None = None
) -> bool:
    """Take an identifier for ``holder``, or keep the hold there is; tell whether the holder has it now.

    A reserved word goes through the same statement, taken by the portal, so that it costs the same work.
    """
    word = identifier.replace(".", "") in reserved_words()
    values: dict[str, object] = {
        "kind": WORD if word else kind,
        "holder": _PORTAL if word else holder,
        "until": None if word else until,
        "at": now,
    }
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(Held)
    statement = insert.values(identifier=identifier, **values).on_conflict_do_update(
        index_elements=[Held.identifier],
        set_=values,
        where=or_(Held.holder == values["holder"], Held.until <= now),
    )
    row = session.execute(statement.returning(Held.holder)).first()
    return row is not None and row.holder == holder


def is_free(session: Session, identifier: str, *, holder: str, now: datetime) -> bool:
    """Tell whether ``holder`` could take an identifier now; nothing is taken. The same query runs whoever has it."""
    held = select(Held.holder).where(Held.identifier == identifier, or_(Held.until.is_(None), Held.until > now))
    taken_by = session.scalar(held)
    return identifier.replace(".", "") not in reserved_words() and taken_by in {None, holder}


def pass_on(session: Session, identifier: str, *, holder: str, to: str, kind: str) -> bool:
    """Hand a hold over for good (a draft to its sign-up, a sign-up to its account)."""
    statement = (
        update(Held)
        .where(Held.identifier == identifier, Held.holder == holder)
        .values(holder=to, kind=kind, until=None)
        .returning(Held.identifier)
    )
    return session.execute(statement).first() is not None


def release(session: Session, holder: str, *, but: str = "") -> None:
    """Free what a sign-up holds, ``but`` kept; an account's identifier is never given to somebody else."""
    session.execute(delete(Held).where(Held.holder == holder, Held.kind == SIGN_UP, Held.identifier != but))


def propose(sealer: ISealer, first_name: str, last_name: str, *, holder: str, refused: str = "") -> str:
    """Return an identifier made from the name and three digits: ``anne.pierre482``.

    The digits come from a keyed function of who chooses, and nothing is looked up: a proposal is the same whether no
    account or a hundred bear the name (ASVS 6.3.8). It may be taken, like any other choice (one chance in 900 for each
    account of that form); then another one is proposed.

    :param holder: the draft or request that chooses; it is proposed the same identifier each time.
    :param refused: a choice of the holder that was not available; each has a proposal of its own.
    """
    base = identifier_from_name(first_name, last_name)
    digest = sealer.digest(f"{holder}\0{base}\0{refused}", purpose="identifier.proposal")
    number = int(digest[:16], 16) % 900
    if refused == f"{base}{100 + number}":
        number = (number + 1) % 900
    return f"{base}{100 + number}"

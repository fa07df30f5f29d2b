"""Compares the key ring with what is stored: keys that are missing, and keys that do not open what bears their name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import ColumnElement, String, Table, Text, func, select
from sqlalchemy.orm import Session

from ..foundation import migrations
from ..foundation.audit.keys import TrailKeys
from ..foundation.audit.models import AuditDigest, AuditPersonal
from ..foundation.audit.rows import UNREADABLE, digest_of_event
from ..foundation.audit.service import PURPOSE
from ..foundation.database import IDatabase
from ..foundation.security.keyring import parse_keys
from ..foundation.security.sealing import SealBroken
from ..interfaces import ISealer
from ..pyramid_types import Registry
from ..services import find
from ..settings import FoundationSettings

#: Beginnings of sealed texts and of authentication codes; the key id follows, up to the next dot.
_FORMATS = ("s1.", "m1.")


def examined(registry: Registry) -> Iterator[str]:
    """Yield what is wrong with the key file, given what the database holds."""
    ring = {key.id for key in parse_keys(find(registry, FoundationSettings).secret_keys).keys}
    with find(registry, IDatabase).reading() as session:
        stored = _stored(registry, session)
        missing = {key_id: tables for key_id, tables in stored.items() if key_id not in ring}
        if stored and len(missing) == len(stored):
            yield "the key file is not this portal's: no stored value was sealed with a key of it"
        for key_id, tables in sorted(missing.items()):
            told = ", ".join(sorted(tables)[:5])
            yield f"the former key {key_id} is missing, and {told} hold what it sealed: put it back under the newest"
        for key_id in sorted(ring & set(stored)):
            if not _opens(registry, session, key_id):
                yield f"the key {key_id} does not open what was sealed under its name: it is another key"


def _stored(registry: Registry, session: Session) -> Mapping[str, set[str]]:
    """Return the ids of the keys that stored values name, and the tables that hold them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    tables = [table for branch in migrations.declared(registry) for table in branch.tables()]
    for table in tables:
        for column in _texts(table):
            key_id = _key_id(session, column)
            for beginning in _FORMATS:
                query = select(key_id).distinct().where(column.like(f"{beginning}%.%"))
                for name in session.scalars(query):
                    found[name].add(table.name)
    return found


def _texts(table: Table) -> list[ColumnElement[str]]:
    return [
        column
        for column in table.columns
        if isinstance(column.type, Text | String) and (column.type.length is None or column.type.length > 100)
    ]


def _key_id(session: Session, column: ColumnElement[str]) -> ColumnElement[str]:
    if session.get_bind().dialect.name == "postgresql":
        return func.split_part(column, ".", 2)
    return func.substr(column, 4, func.instr(func.substr(column, 4), ".") - 1)


def _opens(registry: Registry, session: Session, key_id: str) -> bool:
    """Try the key on the newest event and the newest side row that name it; true if there are none."""
    event_id = session.scalar(
        select(AuditDigest.event_id)
        .where(AuditDigest.mac.startswith(f"m1.{key_id}.", autoescape=True))
        .order_by(AuditDigest.at.desc())
        .limit(1)
    )
    digest = digest_of_event(session, event_id) if event_id is not None else None
    keys = find(registry, TrailKeys)
    if digest is not None and digest.at != UNREADABLE:
        return keys.opens(digest.mac, digest.event_id, digest.at, digest.digest, digest.origin)
    row = session.scalars(
        select(AuditPersonal).where(AuditPersonal.sealed.startswith(f"s1.{key_id}.", autoescape=True)).limit(1)
    ).first()
    if row is None:
        return True
    try:
        find(registry, ISealer).open(row.sealed, purpose=PURPOSE, bound_to=row.event_id)
    except SealBroken:
        return False
    return True

"""Writes and reads the identity attributes of one account; what is sealed is opened only here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, delete, select, update
from sqlalchemy.orm import Session

from ..interfaces import PROVEN_ORIGINS, ISealer
from ..normalise.folding import fold
from .attributes import OWN, coded, kind_of, person_digests, rpps_digests
from .models import Account, IdentityAttribute

_SEAL = "identity.attribute"


def read(session: Session, sealer: ISealer, account_id: str | ScalarSelect[str]) -> dict[str, str]:
    """Return the attributes of an account by name, coded ones as ``OID|code``."""
    rows = session.scalars(select(IdentityAttribute).where(IdentityAttribute.account_id == account_id))
    return {row.name: _value(sealer, row) for row in rows}


def people(
    session: Session, sealer: ISealer, subjects: Collection[str], names: Collection[str]
) -> dict[str, dict[str, str]]:
    """Return ``email`` and some attributes of several accounts by subject, in one query."""
    rows = session.execute(
        select(Account.subject, Account.email_typed, IdentityAttribute)
        .outerjoin(
            IdentityAttribute,
            and_(IdentityAttribute.account_id == Account.id, IdentityAttribute.name.in_(names)),
        )
        .where(Account.subject.in_(subjects))
    )
    found: dict[str, dict[str, str]] = {}
    for subject, email, row in rows:
        person = found.setdefault(subject, {"email": email})
        if row is not None:
            person[row.name] = _value(sealer, row)
    return found


def told(
    session: Session, sealer: ISealer, account_id: str | ScalarSelect[str]
) -> dict[str, tuple[str, str, datetime]]:
    """Return value, origin and moment of each attribute, in one query."""
    rows = session.scalars(select(IdentityAttribute).where(IdentityAttribute.account_id == account_id))
    return {row.name: (_value(sealer, row), row.origin, row.at) for row in rows}


def origins(session: Session, account_id: str) -> dict[str, tuple[str, datetime]]:
    """Return who said each attribute, and when."""
    columns = (IdentityAttribute.name, IdentityAttribute.origin, IdentityAttribute.at)
    rows = session.execute(select(*columns).where(IdentityAttribute.account_id == account_id))
    return {name: (origin, at) for name, origin, at in rows}


def write(
    session: Session,
    sealer: ISealer,
    account_id: str,
    values: Mapping[str, object],
    *,
    origin: str,
    now: datetime,
    own: Collection[str] = (),
) -> list[str]:
    """Replace the attributes given (an empty value removes one) and return the names that changed.

    :param own: of these, the origin is :data:`OWN`.
    """
    former = read(session, sealer, account_id)
    wanted = {name: str(value).strip() for name, value in values.items() if value is not None}
    changed = [name for name, value in wanted.items() if former.get(name, "") != value]
    if not changed:
        return []
    after = {**former, **wanted}
    # The name is part of the birthday's keyed hash: it is written again with it.
    touched = set(changed) | ({"birthday"} if {"last_name", "first_name"} & set(changed) else set())
    at = {name: (OWN if name in own else origin, now) for name in touched}
    if "birthday" not in changed and "birthday" in touched:
        at["birthday"] = origins(session, account_id).get("birthday", (origin, now))
    session.execute(
        delete(IdentityAttribute).where(IdentityAttribute.account_id == account_id, IdentityAttribute.name.in_(touched))
    )
    for name in sorted(touched):
        if after.get(name):
            session.add(_row(sealer, account_id, name, after, *at[name]))
    session.flush()
    return sorted(changed)


def prove(
    session: Session, sealer: ISealer, account_id: str, values: Mapping[str, str], *, origin: str, now: datetime
) -> list[str]:
    """Mark what an authority proves, and return the names that changed.

    What was merely declared gives way; what another authority proved stands, and so does what a reviewer wrote unless
    the authority says the same: then it is the authority's word. A value that differs only in accents or case keeps the
    spelling that its person chose: cards write names in capitals. A contact that its person has replaced stands too.
    """
    former, said = read(session, sealer, account_id), origins(session, account_id)
    proven: dict[str, str] = {}
    for name, value in values.items():
        same = name in former and fold(former[name]) == fold(value)
        stands = (PROVEN_ORIGINS - {origin} - ({"support"} if same else set())) | ({OWN} if not same else set())
        if not value or (name in said and said[name][0] in stands):
            continue
        proven[name] = former[name] if same else value
    again = {name for name, value in proven.items() if former.get(name) == value and said[name][0] != origin}
    session.execute(
        update(IdentityAttribute)
        .where(IdentityAttribute.account_id == account_id, IdentityAttribute.name.in_(again))
        .values(origin=origin, at=now)
    )
    return sorted({*again, *write(session, sealer, account_id, proven, origin=origin, now=now)})


def _row(
    sealer: ISealer, account_id: str, name: str, values: Mapping[str, str], origin: str, at: datetime
) -> IdentityAttribute:
    value = values[name]
    row = IdentityAttribute(account_id=account_id, name=name, origin=origin, at=at, system="")
    code = coded(name, value)
    if code is not None:
        row.value, row.system = code.code, code.system
    elif kind_of(name).sealed:
        row.sealed = sealer.seal(value.encode(), purpose=_SEAL, bound_to=account_id)
    else:
        row.value = value
    if name == "rpps":
        row.digest = rpps_digests(sealer, value)[0]
    elif name == "birthday":
        names = (values.get("last_name", ""), values.get("first_name", ""))
        row.digest = person_digests(sealer, *names, value)[0]
    return row


def _value(sealer: ISealer, row: IdentityAttribute) -> str:
    if row.sealed is not None:
        return sealer.open(row.sealed, purpose=_SEAL, bound_to=row.account_id).decode()
    value = row.value or ""
    return f"{row.system}|{value}" if row.system else value

"""Reads the trail: for « Mon activité », for reviewers, and for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from ...interfaces import ISealer
from ...pyramid_types import Json, PortalRequest, current_identity
from .models import AuditEvent, AuditPersonal
from .service import PURPOSE


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event, detached."""

    id: str
    at: datetime
    action: str
    outcome: str
    actor: str | None
    target: str | None
    details: Json


def audit_rows(
    session: Session,
    *,
    action: str | None = None,
    outcome: str | None = None,
    actor: str | None = None,
    target: str | None = None,
    most: int = 1000,
) -> Sequence[AuditRow]:
    """Return events in the order they were written, all conditions holding; the newest ``most`` of them."""
    wanted = {"action": action, "outcome": outcome, "actor": actor, "target": target}
    query = select(AuditEvent).filter_by(**{name: value for name, value in wanted.items() if value is not None})
    newest = session.scalars(query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(most)).all()
    return [_row(event) for event in reversed(newest)]


def activity_of(session: Session, subject: str, *, most: int = 50) -> Sequence[AuditRow]:
    """Return what a person did and what was done to their account, newest first."""
    query = (
        select(AuditEvent)
        .where(or_(AuditEvent.actor == subject, AuditEvent.target == subject))
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(most)
    )
    return [_row(event) for event in session.scalars(query)]


def activity_page(
    session: Session,
    subject: str,
    *,
    references: Sequence[str] = (),
    told_of_references: Sequence[str] = (),
    actions: Sequence[str] = (),
    before: tuple[datetime, str] | None = None,
    most: int = 50,
) -> Sequence[AuditRow]:
    """Return what a person did, what was done to their account and to their requests, newest first.

    Each part walks an index of its own and stops after ``most`` rows: thousands of rows cost no more than fifty.

    :param references: the person's requests. :param told_of_references: the actions on them that the person may read;
        internal notes are none of them. :param actions: beginnings of the actions wanted, all without any.
    :param before: moment and id of the row that came last on the page before.
    """
    wanted: list[ColumnElement[bool]] = []
    if actions:
        wanted.append(or_(*(AuditEvent.action.startswith(name) for name in actions)))
    if before is not None:
        wanted.append(tuple_(AuditEvent.at, AuditEvent.id) < tuple_(*before))

    def part(*conditions: ColumnElement[bool]) -> Select[Any]:
        newest = select(AuditEvent.id).where(*conditions, *wanted)
        return select(newest.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(most).subquery())

    by_others = or_(AuditEvent.actor.is_(None), AuditEvent.actor != subject)
    parts = [part(AuditEvent.actor == subject), part(AuditEvent.target == subject, by_others)]
    if references:
        told = AuditEvent.action.in_(told_of_references)
        parts.append(part(AuditEvent.target.in_(references), told, by_others))
    found = select(AuditEvent).where(AuditEvent.id.in_(union_all(*parts)))
    rows = session.scalars(found.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(most))
    return [_row(event) for event in rows]


def personal_of_all(session: Session, sealer: ISealer, event_ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """Return the side rows of several events by event, in one query; those erased or never written are left out."""
    if not event_ids:
        return {}
    rows = session.scalars(
        select(AuditPersonal).where(AuditPersonal.event_id.in_(event_ids), AuditPersonal.sealed != "")
    )
    return {row.event_id: _personal(sealer, row) for row in rows}


def personal_of(session: Session, sealer: ISealer, event_id: str) -> Mapping[str, str]:
    """Return the side row of an event, empty when there is none or it was erased."""
    row = session.get(AuditPersonal, event_id)
    if row is None or not row.sealed:
        return {}
    return _personal(sealer, row)


def _personal(sealer: ISealer, row: AuditPersonal) -> Mapping[str, str]:
    values: Mapping[str, str] = json.loads(sealer.open(row.sealed, purpose=PURPOSE, bound_to=row.event_id))["values"]
    return values


def of_request(request: PortalRequest) -> dict[str, str]:
    """Return what ``record(personal=…)`` takes from a request: from where, with what, in which session."""
    identity = current_identity(request)
    return {
        "address": request.client_address,
        "user_agent": (request.user_agent or "")[:200],
        "session": identity.session_id if identity is not None else "",
    }


def _row(event: AuditEvent) -> AuditRow:
    details = json.loads(event.details)
    return AuditRow(event.id, event.at, event.action, event.outcome, event.actor, event.target, details)

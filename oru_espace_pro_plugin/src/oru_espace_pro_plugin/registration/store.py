"""Reads and writes the registration's rows; the rules are in the service."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from esea_auth_plugin.interfaces import ISealer

from ..interfaces import RegistrationForm
from .models import MemberRow, RegistrationRow, TermsRow

_PURPOSE = "oru.registration"


def has_accepted(session: Session, subject: str, version: str) -> bool:
    """Tell whether the person accepted this version of the CGU."""
    return session.get(TermsRow, (subject, version)) is not None


def accept(session: Session, subject: str, version: str, now: datetime) -> bool:
    """Store an acceptance once; ``False`` if it was stored before, by this click or another."""
    if has_accepted(session, subject, version):
        return False
    try:
        with session.begin_nested():
            session.add(TermsRow(subject=subject, version=version, accepted_at=now))
    except IntegrityError:
        return False  # the same person's other tab was faster
    return True


def member(session: Session, subject: str) -> MemberRow | None:
    """Return the person's admission, if it holds."""
    return session.scalar(select(MemberRow).where(MemberRow.subject == subject, MemberRow.ended_at.is_(None)))


def admit(session: Session, subject: str, request_id: str, now: datetime) -> None:
    """Admit a person, again perhaps."""
    row = session.get(MemberRow, subject) or MemberRow(subject=subject)
    row.request_id, row.admitted_at, row.ended_at = request_id, now, None
    session.add(row)
    session.flush()


def end_membership(session: Session, subject: str, now: datetime) -> None:
    """End what the person was admitted to."""
    session.execute(
        update(MemberRow).where(MemberRow.subject == subject, MemberRow.ended_at.is_(None)).values(ended_at=now)
    )


def save(
    sealer: ISealer, session: Session, request_id: str, subject: str, form: RegistrationForm, terms: str, now: datetime
) -> None:
    """Store what was typed for a request, replacing what was typed for it before."""
    row = session.get(RegistrationRow, request_id)
    if row is None:
        row = RegistrationRow(request_id=request_id, subject=subject, created_at=now, sealed_question="")
    for name, value in asdict(form).items():
        if name != "complement":
            setattr(row, name, value)
    row.sealed_complement = sealer.seal_text(form.complement, purpose=_PURPOSE, bound_to=request_id)
    row.terms_version, row.updated_at = terms, now
    session.add(row)
    session.flush()


def of_request(session: Session, request_id: str) -> RegistrationRow | None:
    """Return what was typed for a request."""
    return session.get(RegistrationRow, request_id)


def last_of(session: Session, subject: str) -> RegistrationRow | None:
    """Return what the person typed last."""
    return session.scalar(
        select(RegistrationRow)
        .where(RegistrationRow.subject == subject)
        .order_by(RegistrationRow.updated_at.desc())
        .limit(1)
    )


def others_with_email(session: Session, email: str, subject: str) -> int:
    """Count the other people who registered with this address: what a reviewer should know."""
    found = session.scalars(
        select(RegistrationRow.subject)
        .where(RegistrationRow.email == email, RegistrationRow.subject != subject)
        .distinct()
    )
    return len(found.all())


def as_form(sealer: ISealer, row: RegistrationRow) -> RegistrationForm:
    """Return a row as what was typed."""
    plain = {item.name: getattr(row, item.name) for item in fields(RegistrationForm) if item.name != "complement"}
    return RegistrationForm(**plain, complement=complement_of(sealer, row))


def complement_of(sealer: ISealer, row: RegistrationRow) -> str:
    """Return what the person added in free text."""
    return sealer.open_text(row.sealed_complement, purpose=_PURPOSE, bound_to=row.request_id)


def question_of(sealer: ISealer, row: RegistrationRow) -> str:
    """Return what the reviewer asked."""
    return sealer.open_text(row.sealed_question, purpose=_PURPOSE, bound_to=row.request_id)


def keep_question(sealer: ISealer, session: Session, row: RegistrationRow, question: str) -> None:
    """Store what the reviewer asks."""
    row.sealed_question = sealer.seal_text(question, purpose=_PURPOSE, bound_to=row.request_id)
    session.flush()

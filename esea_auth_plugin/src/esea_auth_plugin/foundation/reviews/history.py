"""The history of a request: its acts and the reviewers' notes, told in French."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...interfaces import BY_RULE, FactSource, IAccounts, ReviewState
from ...pyramid_types import Registry, Source
from ...services import find, offers
from .models import ReviewEntry
from .texts import opened

ACTS: Mapping[str, str] = {
    "opened": "Demande déposée",
    "taken": "Prise en charge",
    "released": "Remise dans la file",
    "more_asked": "Compléments demandés",
    "answered": "Compléments reçus",
    "agreed": "Accord donné",
    "accepted": "Demande acceptée",
    "refused": "Demande refusée",
    "withdrawn": "Demande retirée",
    "expired": "Demande expirée sans réponse",
    "extra": "Autre action",
    "note": "Note interne",
}
STATES: Mapping[ReviewState, tuple[str, str]] = {
    ReviewState.OPEN: ("En attente de traitement", "info"),
    ReviewState.MORE_ASKED: ("Compléments demandés", "warning"),
    ReviewState.ACCEPTED: ("Acceptée", "success"),
    ReviewState.REFUSED: ("Refusée", "danger"),
    ReviewState.WITHDRAWN: ("Retirée", "muted"),
    ReviewState.EXPIRED: ("Expirée", "muted"),
}


#: Where a fact comes from, as a reviewer reads it.
SOURCES: Mapping[FactSource, str] = {
    FactSource.DECLARED: "Déclaré",
    FactSource.CARD: "Carte CPS",
    FactSource.PSC: "Pro Santé Connect",
    FactSource.REGISTER: "Annuaire",
    FactSource.SUPPORT: "Support",
    FactSource.MAILBOX: "Courriel confirmé",
    FactSource.PORTAL: "Portail",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the history."""

    act: str
    title: str
    by: str | None
    at: datetime
    text: str


def history(source: Source, session: Session, request_id: str) -> Sequence[Moment]:
    """Return what happened to a request, oldest first (the latest two hundred lines).

    :param source: a registry or a request.
    """
    rows = session.scalars(
        select(ReviewEntry).where(ReviewEntry.request_id == request_id).order_by(ReviewEntry.id.desc()).limit(200)
    ).all()
    return [
        Moment(row.act, ACTS.get(row.act, row.act), row.by, row.at, opened(source, row.sealed_text, request_id))
        for row in reversed(rows)
    ]


def last_question(source: Source, session: Session, request_id: str) -> str:
    """Return what the reviewer asked the author to complete, ``""`` if nothing.

    :param source: a registry or a request.
    """
    found = session.scalars(
        select(ReviewEntry.sealed_text)
        .where(ReviewEntry.request_id == request_id, ReviewEntry.act == "more_asked")
        .order_by(ReviewEntry.id.desc())
        .limit(1)
    ).first()
    return opened(source, found or "", request_id)


def names_of(registry: Registry, session: Session, subjects: set[str | None]) -> Mapping[str, str]:
    """Return people's names by subject, in one query; none where the portal has no accounts of its own."""
    wanted = sorted(subject for subject in subjects if subject)
    if not wanted or not offers(registry, IAccounts):
        return {}
    found = find(registry, IAccounts).by_subjects(session, wanted)
    return {BY_RULE: "le portail", **{subject: account.display_name for subject, account in found.items()}}

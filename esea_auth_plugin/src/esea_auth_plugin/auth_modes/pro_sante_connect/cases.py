"""Cases for the support: two accounts that PSC says are one person's, and a number that its owner contests.

The rows behind the requests, opened in the sign-in's own transaction; what the support sees and decides stands in
``conflict_kind`` and ``contest_kind``. A case that is open already is not opened twice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...foundation.database import lock_accounts
from ...foundation.reviews.models import ReviewRequest
from ...foundation.security import tokens
from ...interfaces import Concerned, IAccounts, IAuditTrail, IGrants, IReviews, ISealer, ReviewState
from ...pyramid_types import JsonObject, Registry
from ...services import find
from .mapper import PscPerson
from .models import PscCase

if TYPE_CHECKING:
    from .matching import Match

CONFLICT, CONTEST = "psc_conflict", "psc_contest"
PURPOSE = "psc.case"
_OPEN = frozenset({ReviewState.OPEN, ReviewState.MORE_ASKED})


class Cases:
    """Opens cases and reads them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def open_conflict(self, session: Session, match: Match, person: PscPerson) -> None:
        """Ask the support to bring two accounts together."""
        accounts = sorted(match.accounts)
        lock_accounts(self._registry, session, *accounts)
        numbers = [["", value] for _, value in person.identifiers]
        details = {"named_by": dict(reversed((*match.proven, *match.claimed_by)))}
        self._open(session, CONFLICT, accounts, numbers, person, details)

    def contest(self, session: Session, match: Match, person: PscPerson) -> None:
        """Mark the numbers of accounts that were offered as contested, hold the rights they may have given, and ask the
        support."""
        lock_accounts(self._registry, session, *(account for account, _, _ in match.offered))
        for account in dict.fromkeys(account for account, _, _ in match.offered):
            numbers = [[attribute, value] for holder, attribute, value in match.offered if holder == account]
            request_id = self._open(session, CONTEST, [account], numbers, person, {})
            if request_id is not None:
                find(self._registry, IGrants).hold(session, account, request_id=request_id)

    def _open(
        self,
        session: Session,
        kind: str,
        accounts: Sequence[str],
        numbers: Sequence[Sequence[str]],
        person: PscPerson,
        details: JsonObject,
    ) -> str | None:
        key = tokens.digest("|".join([kind, *accounts, *("" if kind == CONFLICT else str(each) for each in numbers)]))
        reviews = find(self._registry, IReviews)
        for (known,) in session.execute(select(PscCase.request_id).where(PscCase.key == key)):
            review = reviews.get(session, known)
            if review is not None and review.state in _OPEN:
                return None
        views = find(self._registry, IAccounts).by_subjects(session, accounts)
        names = ", ".join(dict.fromkeys(view.display_name for view in views.values()))
        search = " ".join([*(view.identifier for view in views.values()), *(each[1] for each in numbers)])
        # Its topic is the account concerned: the reviews let nobody decide about themselves.
        review = reviews.open(
            session, kind, title=names or person.display_name, author=None, topic=accounts[0], search=search
        )
        session.add(
            PscCase(
                request_id=review.id,
                kind=kind,
                key=key,
                accounts=list(accounts),
                numbers=[list(each) for each in numbers],
                details=details,
                sealed=self._sealed(person, review.id),
            )
        )
        session.flush()
        find(self._registry, IAuditTrail).record(
            session,
            f"psc.{'conflict' if kind == CONFLICT else 'contested'}",
            outcome="refused",
            target=accounts[0],
            details={"request": review.reference, "accounts": list(accounts)},
        )
        return review.id

    def _sealed(self, person: PscPerson, request_id: str) -> str:
        told = {"name": person.display_name, "name_id": person.name_id, "identifiers": list(person.identifiers)}
        text = json.dumps(told).encode()
        return find(self._registry, ISealer).seal(text, purpose=PURPOSE, bound_to=request_id)


def told_of(registry: Registry, case: PscCase) -> JsonObject:
    """Return who stood there with PSC: ``name``, ``name_id``, ``identifiers``."""
    if not case.sealed:
        return {"name": "", "name_id": "", "identifiers": []}
    text = find(registry, ISealer).open(case.sealed, purpose=PURPOSE, bound_to=case.request_id)
    found: JsonObject = json.loads(text)
    return found


def case_of(session: Session, request_id: str) -> PscCase:
    """Return the row behind a request. :raises LookupError: there is none."""
    found = session.get(PscCase, request_id)
    if found is None:
        raise LookupError(request_id)
    return found


def concerned_by(registry: Registry, request_id: str, session: Session) -> Concerned:
    """Return the accounts of a case, and the numbers of the person whom PSC proved."""
    case = case_of(session, request_id)
    numbers = [value for _, value in told_of(registry, case)["identifiers"]]
    people = tuple({name: value} for value in numbers for name in ("rpps", "adeli"))
    return Concerned(accounts=tuple(case.accounts), people=people)


def contested(session: Session, account: str, attribute: str, value: str) -> bool:
    """Tell whether somebody proved by PSC contests this number of an account, and nobody has decided yet."""
    rows = session.scalars(
        select(PscCase)
        .join(ReviewRequest, ReviewRequest.id == PscCase.request_id)
        # The topic of its request is the account: the few open cases of one account are read, not all there are.
        .where(PscCase.kind == CONTEST, ReviewRequest.topic == account, ReviewRequest.state.in_(sorted(_OPEN)))
    )
    return any([attribute, value] in row.numbers for row in rows)

"""Carries out an act on an account, or proposes it to a second reviewer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pyramid.httpexceptions import HTTPSeeOther
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...errors import PortalError
from ...foundation.database import lock_accounts, new_id, retrying
from ...foundation.reviews import agreements, errors
from ...foundation.reviews.decisions import UNDECIDED
from ...foundation.reviews.declared import kinds_of
from ...foundation.reviews.history import names_of
from ...foundation.reviews.models import ReviewRequest
from ...interfaces import Concerned, IAccounts, IAuditTrail, IReviews, IRoles, ISealer
from ...pyramid_types import PortalRequest, Registry
from ...services import current_time, find
from .declared import AccountAct, acts_of
from .models import AccountActRow

KIND = "account_act"
PURPOSE = "account_act.values"


class OwnAccount(PortalError):
    """Nobody acts on their own account from the support's review board."""

    code = "account.own"
    status = 409


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act that waits for a second reviewer. :ivar by: name of who proposed it."""

    reference: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an act. :ivar proposed: nothing is done before a second reviewer confirms it."""

    message: str
    proposed: bool = False

    def show(self, request: PortalRequest) -> None:
        """Show it on the next page: a mere proposal is no success yet."""
        request.flash(self.message, "info" if self.proposed else "success")


class AccountActs:
    """See the package."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def ask(self, session: Session, name: str, target: str, values: Mapping[str, str], *, by: str) -> Answer:
        """Carry out an act, or propose it if an account concerned holds a role.

        :param target: subject of the account, or what else the act is on.
        :raises PortalError: the reviewer's own account or perhaps so, or the act is not possible now.
        """
        act = acts_of(self._registry)[name]
        accounts = tuple(act.accounts(self._registry, session, target))
        lock_accounts(self._registry, session, by, *accounts)
        if by == target:
            raise OwnAccount(act.own)
        self._refuse_conflict(session, by, target, accounts)
        if find(self._registry, IRoles).holders(session, accounts):
            return self._propose(session, act, target, values, by)
        return Answer(act.perform(self._registry, session, target, values, by))

    def waiting(self, session: Session, target: str) -> Mapping[str, Proposal]:
        """Return what is proposed and waits for a second reviewer, by the act's name, the latest of each."""
        rows = session.execute(
            select(AccountActRow.act, ReviewRequest.reference, ReviewRequest.author, ReviewRequest.created_at)
            .join(ReviewRequest, ReviewRequest.id == AccountActRow.request_id)
            .where(AccountActRow.target == target, ReviewRequest.state.in_(UNDECIDED))
            .order_by(ReviewRequest.created_at)
        ).all()
        names = names_of(self._registry, session, {author for _, _, author, _ in rows})
        return {
            act: Proposal(reference, names.get(author or "", "une autre personne"), at)
            for act, reference, author, at in rows
        }

    def _refuse_conflict(self, session: Session, by: str, target: str, accounts: tuple[str, ...]) -> None:
        """Refuse an act on an account that may be the reviewer's own second one."""
        if agreements.suspended(self._registry, session, by):
            raise errors.roles_suspended()
        if accounts != (target,):  # a whole domain of mail: thousands of people, some of them of one name
            return
        common = agreements.in_common(self._registry, session, by, Concerned(accounts))
        if common:
            raise errors.conflict(common)

    def _propose(self, session: Session, act: AccountAct, target: str, values: Mapping[str, str], by: str) -> Answer:
        request_id = new_id()
        account = find(self._registry, IAccounts).by_subject(session, target)
        review = find(self._registry, IReviews).open(
            session,
            KIND,
            title=f"{act.title} – {account.display_name if account is not None else target}",
            author=by,
            topic=target[:64],
            search=account.identifier if account is not None else target,
            request_id=request_id,
        )
        sealed = find(self._registry, ISealer).seal(
            json.dumps(dict(values)).encode(), purpose=PURPOSE, bound_to=request_id
        )
        session.add(AccountActRow(request_id=request_id, act=act.name, target=target, sealed=sealed))
        session.flush()
        # Whoever proposes it agrees to it: one more is needed.
        kind, now = kinds_of(self._registry)[KIND], current_time(self._registry)
        agreements.agree(self._registry, session, kind, request_id, by, now)
        return Answer(
            "Un compte concerné a un rôle sur le portail : une autre personne de l’équipe doit confirmer cette action "
            f"(demande {review.reference}). Rien n’est fait d’ici là.",
            proposed=True,
        )


def values_of(registry: Registry, row: AccountActRow) -> dict[str, str]:
    """Return the values of a proposed act."""
    opened = find(registry, ISealer).open(row.sealed, purpose=PURPOSE, bound_to=row.request_id)
    found: dict[str, str] = json.loads(opened)
    return found


def answer(request: PortalRequest, name: str, target: str, values: Mapping[str, str], *, back: str) -> HTTPSeeOther:
    """Ask for an act from a page and lead back to it; a refusal is told and recorded."""
    try:
        done = retrying(request, lambda session: _asked(request, session, name, target, values))
    except PortalError as refused:
        record_refusal(request, name, target, refused)
        request.flash(refused.message, "warning")
    else:
        done.show(request)
    return HTTPSeeOther(back)


def _asked(request: PortalRequest, session: Session, name: str, target: str, values: Mapping[str, str]) -> Answer:
    with session.begin_nested():  # a refusal takes back what the act has written, and nothing else
        return find(request, AccountActs).ask(session, name, target, values, by=request.identity.subject)


def record_refusal(request: PortalRequest, name: str, target: str, refused: PortalError) -> None:
    """Write the refusal of an act to the trail, whatever becomes of the transaction."""
    by, audit, details = request.identity.subject, find(request, IAuditTrail), {"act": name, "code": refused.code}
    request.defer_write(
        lambda session: audit.record(
            session, "account.act_refused", outcome="refused", actor=by, target=target, details=details
        )
    )


def identity_checked(request: PortalRequest) -> bool:
    """Tell whether the reviewer said that the person's identity was checked; if not, ask for it."""
    if request.POST.get("identite_verifiee") == "oui":
        return True
    request.flash("Cochez que vous avez vérifié l’identité de la personne.", "warning")
    return False

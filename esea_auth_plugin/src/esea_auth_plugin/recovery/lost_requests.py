"""Requests of people who can't sign in: what they typed, sealed, and the account that their login names, if any.

Whoever asks is told nothing of an account, and the same work is done without one. The support compares, calls back and
records its check; what is then given depends on what was lost, and is each kind's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ..errors import PortalError
from ..foundation.database import new_id
from ..foundation.reviews.errors import Unticked
from ..interfaces import (
    AccountState,
    AccountView,
    Choice,
    Concerned,
    Fact,
    FactSheet,
    IAccounts,
    IReviews,
    IRoles,
    ISealer,
    ReviewView,
)
from ..normalise.folding import same_text
from ..normalise.phones import phone_fr
from ..pyramid_types import Registry
from ..services import find

CHECKED = "identity_checked"
ADDRESS_CHANGED = (
    "L’adresse de ce compte a été changée il y a moins de 72 heures, et l’ancienne peut encore s’y opposer : attendez "
    "ce délai, ou refusez."
)
NOBODY = FactSheet("Compte", (Fact("Compte", "aucun ne correspond", "warning"),))
_ROLES_NOTE = (
    "Ce compte a un rôle, qui sera suspendu après la récupération. Vous ne pourrez pas ensuite rétablir ses rôles : "
    "une personne de l’équipe qui n’a pas donné son accord le fera."
)
#: What of it is compared with a reviewer.
_COMPARED: tuple[str, ...] = ("last_name", "first_name", "email")
_PROVES_NOTHING = "Numéro donné par la personne : il ne prouve rien."


@dataclass(frozen=True, slots=True)
class LostRequests:
    """The requests of one kind.

    :ivar rows: its table: ``request_id``, ``subject`` of the account, ``sealed`` values. :ivar purpose: key space.
    :ivar kept: names of what was typed and is kept. :ivar code: package, in the codes of its refusals.
    """

    kind: str
    rows: Any
    purpose: str
    kept: tuple[str, ...]
    code: str

    def open(
        self, registry: Registry, session: Session, account: AccountView | None, values: Mapping[str, object]
    ) -> ReviewView:
        """Open a request and keep what was typed; the same work is done when the account does not exist."""
        request_id, subject = new_id(), account.subject if account else None
        text = json.dumps({name: values[name] for name in self.kept})
        sealed = find(registry, ISealer).seal(text.encode(), purpose=self.purpose, bound_to=request_id)
        review = find(registry, IReviews).open(
            session,
            self.kind,
            title=f"{values['first_name']} {values['last_name']}",
            author=None,
            topic=subject or "",
            request_id=request_id,
        )
        session.add(self.rows(request_id=review.id, subject=subject, sealed=sealed))
        return review

    def read(
        self, registry: Registry, session: Session, review: ReviewView
    ) -> tuple[dict[str, str], AccountView | None]:
        """Return what was typed, and the account that the login named, if any."""
        row = self._row(session, review)
        if row is None:
            raise LookupError(f"{review.reference} holds nothing")
        account = find(registry, IAccounts).by_subject(session, row.subject) if row.subject else None
        opened = find(registry, ISealer).open(row.sealed, purpose=self.purpose, bound_to=row.request_id)
        typed: dict[str, str] = json.loads(opened)
        return typed, account

    def _row(self, session: Session, review: ReviewView) -> Any:
        """Return the row, which nobody ever changes: the session keeps it, so that a page reads it once."""
        kept = session.info.setdefault(self.purpose, {})
        row = kept.get(review.id) or session.get(self.rows, review.id)
        if row is not None:
            kept[review.id] = row
        return row

    def account(self, registry: Registry, session: Session, review: ReviewView) -> AccountView | None:
        """Return the account that the login named."""
        row = self._row(session, review)
        return find(registry, IAccounts).by_subject(session, row.subject) if row is not None and row.subject else None

    def concerned(self, registry: Registry, session: Session, review: ReviewView) -> Concerned:
        """Return the account that the login named, and the person who was typed."""
        if self._row(session, review) is None:
            return Concerned()
        typed, account = self.read(registry, session, review)
        person: dict[str, str] = {name: typed[name] for name in _COMPARED if name in typed}
        return Concerned(accounts=(account.subject,) if account is not None else (), people=(person,))

    def roles_note(self, registry: Registry, session: Session, review: ReviewView) -> str:
        """Return what an agreement means for an account that holds a role, ``""`` for any other."""
        row = self._row(session, review)
        if row is None or not row.subject or not find(registry, IRoles).holders(session, (row.subject,)):
            return ""
        return _ROLES_NOTE

    def checked(
        self, registry: Registry, session: Session, review: ReviewView, by: str | None, kept: frozenset[str], tick: str
    ) -> AccountView:
        """Return the account, once ``by`` recorded that they checked who asks. :param tick: what to tick otherwise.

        :raises PortalError: no check, no active account, or the reviewer's own.
        """
        account = self.account(registry, session, review)
        if CHECKED not in kept:
            raise Unticked(tick, code=f"{self.code}.unchecked", choice=CHECKED)
        if account is None or account.state is not AccountState.ACTIVE:
            raise PortalError("Aucun compte actif ne correspond : refusez la demande.", code=f"{self.code}.no_account")
        if account.subject == by:
            raise PortalError("Vous ne pouvez pas décider d’une demande sur votre compte.", code=f"{self.code}.own")
        return account


def check_to_record(label: str) -> Sequence[Choice]:
    """Return what a reviewer ticks once they checked who asks; it is never ticked beforehand."""
    return (Choice(CHECKED, label, ticked=False),)


def asked_sheet(typed: Mapping[str, str], login: str, *more: Fact) -> FactSheet:
    """Return what was typed. :param login: label of the login. :param more: what this kind asks beside."""
    facts = (
        Fact(login, typed["login"]),
        Fact("Nom", f"{typed['first_name']} {typed['last_name']}"),
        *more,
        *([Fact("Téléphone", phone_fr(typed["phone"]), "warning", _PROVES_NOTHING)] if typed.get("phone") else []),
        Fact("Ce qui s’est passé", typed["motive"]),
    )
    return FactSheet("Ce qui est demandé", facts)


def account_sheet(account: AccountView, typed: Mapping[str, str], *facts: Fact) -> FactSheet:
    """Return the account beside what was typed. :param facts: what follows identifier and name."""
    same = all(same_text(getattr(account, name), typed[name]) for name in ("first_name", "last_name"))
    note = "" if same else "Le nom donné n’est pas celui du compte."
    who = (
        Fact("Identifiant", account.identifier),
        Fact("Nom complet", account.display_name, "" if same else "warning", note),
    )
    return FactSheet("Compte", (*who, *facts), (("Voir le compte", f"/support/comptes/{account.subject}"),))

"""« Correction d'identité » as a kind of request: before and after side by side, and what the decision does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...accounts import attribute_store
from ...accounts.attributes import KINDS, shown
from ...accounts.forms import ORIGIN_WORDS
from ...accounts.service import account_id_of
from ...errors import PortalError
from ...foundation.reviews.kinds import DecidedOnly
from ...interfaces import (
    PROVEN_ORIGINS,
    AccountState,
    AccountView,
    Choice,
    Concerned,
    Fact,
    FactSheet,
    IAccounts,
    IAuditTrail,
    IExternalIdentities,
    IOutbox,
    ReviewView,
)
from ...pyramid_types import Json, Registry
from ...services import find
from . import service
from .service import HOME, KIND

CHECKED = "preuve"
_NUMBERS = ("rpps", "adeli")


class CorrectionKind(DecidedOnly):
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = KIND
    board = "support"
    queue = "corrections"
    title = "Correction d’identité"
    queue_title = "Corrections d’identité"
    permission = "esea.support.corrections"
    refusal_reasons = (
        "La preuve demandée n’a pas été fournie.",
        "Les informations demandées ne correspondent pas à l’annuaire national.",
        "Ces informations sont celles d’une autre personne.",
    )

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return what should change, with what stands now and who said it."""
        subject = review.author or ""
        link = (("Voir le compte", f"/support/comptes/{subject}"),)
        asked = service.read(registry, session, review.id)
        if asked is None:
            return [FactSheet("Correction", (Fact("Demande", "effacée après la décision"),), link)]
        values = find(registry, IAccounts).attributes(session, subject)
        said = attribute_store.origins(session, account_id_of(session, subject) or "")
        changes = [self._change(registry, session, subject, name, value, values, said) for name, value in
                   asked.values.items()]  # fmt: skip
        why = Fact("Ce qui a changé, et ce qui le prouve", asked.motive)
        return [FactSheet("Ce qui est demandé", (*changes, why), link)]

    def _change(
        self, registry: Registry, session: Session, subject: str, name: str, value: str, values: Json, said: Any
    ) -> Fact:
        label = KINDS[name].label
        origin = said[name][0] if name in said else ""
        now = shown(name, values[name]) if values.get(name) else "rien"
        note = f"Aujourd’hui : {now}" + (f" ({ORIGIN_WORDS.get(origin, origin)})" if origin else "")
        if _taken(registry, session, subject, name, value):
            return Fact(label, value, "warning", f"{note}. Ce numéro est prouvé pour un autre compte.")
        check = "warning" if origin in PROVEN_ORIGINS else ""
        return Fact(label, shown(name, value) if value else "à retirer", check, note)

    def completion_path(self, review: ReviewView) -> str:
        """Return where the author changes what is asked."""
        return HOME

    def concerned(self, registry: Registry, session: Session, review: ReviewView) -> Concerned:
        """Return the account, and the person that it would become."""
        subject, asked = review.author or "", service.read(registry, session, review.id)
        if asked is None:
            return Concerned(accounts=(subject,))
        now = find(registry, IAccounts).attributes(session, subject)
        return Concerned(accounts=(subject,), people=({**now, **asked.values},))

    def on_agree(self, registry: Registry, session: Session, review: ReviewView, by: str, kept: frozenset[str]) -> None:
        """Ask each reviewer for the proof that they saw.

        :raises PortalError: none was recorded.
        """
        if CHECKED not in kept:
            raise PortalError("Cochez la preuve que vous avez vue.", code="correction.unchecked")

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Ask the reviewer to record the proof; it is never ticked beforehand."""
        label = "J’ai vu une preuve : pièce d’identité, annuaire national, ou appel à un numéro connu."
        return (Choice(CHECKED, label, ticked=False),)

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Change the attributes, marked « support », and tell the person.

        :raises PortalError: nothing is left to change, or the number is another account's.
        """
        subject = review.author or ""
        account, asked = _active(registry, session, subject), service.read(registry, session, review.id)
        if account is None or asked is None:
            raise PortalError("Ce compte n’est pas actif : refusez la demande.", code="correction.account")
        for name in _NUMBERS:
            if _taken(registry, session, subject, name, asked.values.get(name, "")):
                raise PortalError(
                    f"{KINDS[name].label} : ce numéro est prouvé pour un autre compte. Refusez la demande.",
                    code="correction.taken",
                )
        find(registry, IAccounts).change_attributes(
            session, subject, asked.values, origin="support", by=review.decided_by
        )
        find(registry, IAuditTrail).record(
            session,
            "correction.applied",
            actor=review.decided_by,
            target=subject,
            details={"reference": review.reference, "names": sorted(asked.values)},
        )
        self._end(registry, session, review, "accepted")

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> None:
        """Tell the person why."""
        self._end(registry, session, review, "refused", reason=reason)

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        """Ask the person; the same form takes the answer."""
        _notify(registry, session, review, "more_asked", question=question)

    def _end(self, registry: Registry, session: Session, review: ReviewView, message: str, **values: str) -> None:
        _notify(registry, session, review, message, **values)
        service.forget(session, review.id)


def _taken(registry: Registry, session: Session, subject: str, name: str, value: str) -> bool:
    """Tell whether a number is proven for another account: one person has one account."""
    holders = find(registry, IExternalIdentities).holders(session, name, value) if name in _NUMBERS and value else ()
    return any(holder.proven and holder.account != subject for holder in holders)


def _active(registry: Registry, session: Session, subject: str) -> AccountView | None:
    account = find(registry, IAccounts).by_subject(session, subject)
    return account if account is not None and account.state is AccountState.ACTIVE else None


def _notify(registry: Registry, session: Session, review: ReviewView, message: str, **values: str) -> None:
    account = _active(registry, session, review.author or "")
    if account is not None:
        find(registry, IOutbox).post(
            session,
            f"correction.{message}",
            to=account.email,
            values={"name": account.display_name, "reference": review.reference, **values},
        )

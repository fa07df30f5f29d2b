"""« Numéro professionnel contesté », a request of the support: PSC proved a number that another account declares."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from ...accounts.attributes import kind_of
from ...errors import PortalError
from ...foundation.reviews.kinds import DecidedOnly
from ...interfaces import (
    AccountState,
    Choice,
    Concerned,
    Fact,
    FactSheet,
    IAccounts,
    IExternalIdentities,
    IGrants,
    ReviewView,
)
from ...pyramid_types import Registry
from ...services import find
from .cases import CONTEST, case_of, concerned_by, told_of

_RIGHTS = "retablir-droits"


class ContestKind(DecidedOnly):
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = CONTEST
    board = "support"
    queue = "numeros-contestes"
    title = "Numéro professionnel contesté"
    queue_title = "Numéros contestés"
    permission = "esea.support.review"
    refusal_reasons = (
        "La personne identifiée par Pro Santé Connect est celle de ce compte : elle n'avait pas reconnu son compte.",
        "Le numéro a déjà été corrigé par son titulaire.",
    )

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return who proved the number, and which account declares it."""
        case = case_of(session, review.id)
        told = told_of(registry, case)
        subject = case.accounts[0]
        view = find(registry, IAccounts).by_subject(session, subject)
        numbers = ", ".join(f"{kind_of(name).label} {value}" for name, value in case.numbers)
        proven = (
            Fact("Identité", told["name"], "ok", "Lue par Pro Santé Connect"),
            Fact("Numéro", numbers, "ok", "Transmis par Pro Santé Connect"),
            Fact("Dit", "« Ce n'est pas mon compte »"),
        )
        declared = [Fact("Numéro", numbers, "warning", _said_by(registry, session, subject, case.numbers))]
        if view is not None:
            state = "Actif" if view.state is AccountState.ACTIVE else "Non actif"
            declared += [
                Fact("Identifiant", view.identifier),
                Fact("Nom complet", view.display_name),
                Fact("Email", view.email),
                Fact("État", state),
                Fact("Droits d'accès", "suspendus jusqu'à votre décision"),
            ]
        links = (("Voir le compte", f"/support/comptes/{subject}"),)
        return [
            FactSheet("Ce que Pro Santé Connect a prouvé", proven),
            FactSheet("Le compte qui déclare ce numéro", tuple(declared), links),
        ]

    def concerned(self, registry: Registry, session: Session, review: ReviewView) -> Concerned:
        """Return the accounts of the case, and the person whom PSC proved."""
        return concerned_by(registry, review.id, session)

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Return whether the account gets its rights back without the number; not by default."""
        return (Choice(_RIGHTS, "Rétablir les droits d'accès de ce compte, sans le numéro", ticked=False),)

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Take the number off the account; its rights end unless the reviewer gives them back."""
        case = case_of(session, review.id)
        subject, by = case.accounts[0], review.decided_by or ""
        removed = {name: "" for name, value in case.numbers if self._still(registry, session, subject, name, value)}
        if removed:
            find(registry, IAccounts).change_attributes(session, subject, removed, origin="support", by=by)
        grants = find(registry, IGrants)
        if _RIGHTS not in kept:
            grants.withdraw_all(session, subject, reason="numéro professionnel contesté")
        grants.release(session, review.id, by=by)
        case.sealed = ""

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> None:
        """The number stays, and the rights come back."""
        find(registry, IGrants).release(session, review.id, by=review.decided_by or "")
        case_of(session, review.id).sealed = ""

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        """Nobody wrote this request: the support writes to the account's address."""
        raise PortalError(
            "Personne n'a écrit cette demande : écrivez à l'adresse du compte, puis décidez.", code="psc.no_author"
        )

    def _still(self, registry: Registry, session: Session, subject: str, name: str, value: str) -> bool:
        return bool(find(registry, IAccounts).attributes(session, subject).get(name) == value)


def _said_by(registry: Registry, session: Session, subject: str, numbers: Sequence[Sequence[str]]) -> str:
    """Say what the account's number rests on."""
    holders = (find(registry, IExternalIdentities).holders(session, name, value) for name, value in numbers)
    proven = any(holder.proven for found in holders for holder in found if holder.account == subject)
    return "Marqué comme prouvé, sans preuve de la personne" if proven else "Seulement déclaré, jamais prouvé"

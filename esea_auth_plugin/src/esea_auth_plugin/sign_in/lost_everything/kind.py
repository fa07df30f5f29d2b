"""The lost-everything request as two reviewers see it: the procedure, what was typed, the account."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...accounts.call_back import known_numbers
from ...auth_modes.registry import modes_of
from ...database import new_id
from ...errors import PortalError
from ...interfaces import (
    AccountState,
    AccountView,
    Choice,
    Fact,
    FactSheet,
    IAccounts,
    IAuditTrail,
    IReviews,
    ISealer,
    ReviewView,
)
from ...layout.filters import phone_fr
from ...reviews.agreements import agreed_by
from ...services import find
from .links import Links
from .models import LostEverythingRow
from .telling import former_addresses, tell_person, tell_reviewers, tell_support

KIND = "lost_everything"
PURPOSE = "lost_everything.values"
CHECKED = "identity_checked"
_KEPT = ("login", "last_name", "first_name", "phone", "motive")
_ONLY_THERE = "Le lien part à cette adresse, et à aucune autre."
_ADDRESS_DOUBTED = (
    "Cette adresse n’est plus vérifiée : rien n’y est envoyé. Faites d’abord changer l’adresse (« Je n’ai plus accès à "
    "ma boîte mail »), puis traitez cette demande."
)
_ADDRESS_CHANGED = (
    "L’adresse de ce compte a été changée il y a moins de 72 heures, et l’ancienne peut encore s’y opposer : attendez "
    "ce délai, ou refusez."
)
_STEPS = {
    "1. Rappeler": "à un numéro du dossier ou au standard de l’établissement, jamais au numéro donné ici.",
    "2. Comparer": "nom, jour et mois de naissance, N° RPPS et lieu d’exercice avec ceux du compte.",
    "3. Confirmer": "par une deuxième voie : cadre ou service informatique de l’établissement, ou visioconférence avec "
    "une pièce d’identité ou la carte CPS.",
    "4. Se méfier": "d’une urgence invoquée, d’un changement récent d’adresse ou de téléphone : au moindre doute, "
    "refuser.",
    "5. Ne rien donner": "ni code, ni lien, ni mot de passe par téléphone : seul le courriel au titulaire porte le "
    "lien.",
}
_PROCEDURE = FactSheet(
    "Procédure de vérification, à suivre par chacun des deux relecteurs",
    tuple(Fact(step, what) for step, what in _STEPS.items()),
)


def open_request(registry: Any, session: Session, account: AccountView | None, values: Mapping[str, Any]) -> ReviewView:
    """Open the request and tell its person; the same work is done when the account does not exist."""
    request_id = new_id()
    text = json.dumps({name: values[name] for name in _KEPT})
    sealed = find(registry, ISealer).seal(text.encode(), purpose=PURPOSE, bound_to=request_id)
    review = find(registry, IReviews).open(
        session,
        KIND,
        title=f"{values['first_name']} {values['last_name']}",
        author=None,
        topic=account.subject if account else "",
        request_id=request_id,
    )
    session.add(LostEverythingRow(request_id=review.id, subject=account.subject if account else None, sealed=sealed))
    tell_person(registry, session, account, "asked", reference=review.reference)
    tell_support(registry, session, review, "asked")
    subject = account.subject if account else None
    details = {"reference": review.reference}
    find(registry, IAuditTrail).record(session, "lost_everything.asked", target=subject, details=details)
    return review


class LostEverythingKind:
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = KIND
    desk = "support"
    queue = "acces-perdus"
    title = "Tous les moyens de connexion perdus"
    queue_title = "Accès perdus"
    permission = "esea.support.review"
    #: One person alone can be talked into it (security.md row 1: nothing is issued on a telephone call).
    agreements = 2
    refusal_reasons = (
        "Votre identité n’a pas pu être vérifiée.",
        "Aucun compte ne correspond à ce que vous avez indiqué.",
        "Votre compte a encore un moyen de connexion qui fonctionne.",
    )

    def sheets(self, registry: Any, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return the procedure, what was typed, and the account with the numbers that may be called back."""
        values = _values(registry, session, review)
        typed = FactSheet(
            "Ce qui est demandé",
            (
                Fact("Identifiant ou email", values["login"]),
                Fact("Nom", f"{values['first_name']} {values['last_name']}"),
                Fact(
                    "Téléphone",
                    phone_fr(values["phone"]),
                    "warning",
                    "Numéro donné par la personne : il ne prouve rien.",
                ),
                Fact("Ce qui s’est passé", values["motive"]),
            ),
        )
        return [_PROCEDURE, typed, self._account_sheet(registry, session, review, values)]

    def choices(self, registry: Any, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Ask each reviewer to record their own check; it is never ticked beforehand."""
        return (
            Choice(CHECKED, "J’ai suivi moi-même la procédure et vérifié l’identité de la personne.", ticked=False),
        )

    def on_agree(self, registry: Any, session: Session, review: ReviewView, by: str, kept: frozenset[str]) -> None:
        """Record the check of one reviewer.

        :raises PortalError: no check, or no account.
        """
        account = _account(registry, session, review)
        if CHECKED not in kept:
            raise PortalError("Cochez que vous avez suivi la procédure.", code="lost_everything.unchecked")
        if account is None or account.state is not AccountState.ACTIVE:
            raise PortalError(
                "Aucun compte actif ne correspond : refusez la demande.", code="lost_everything.no_account"
            )
        if why := _not_reached(registry, session, account):
            raise PortalError(why, code="lost_everything.address_unsure")
        if account.subject == by:
            raise PortalError("Vous ne pouvez pas décider d’une demande sur votre compte.", code="lost_everything.own")
        details = {"reference": review.reference}
        trail = find(registry, IAuditTrail)
        trail.record(session, "lost_everything.identity_checked", actor=by, target=account.subject, details=details)

    def on_accept(self, registry: Any, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Mail the link, and tell everyone who agreed; two different reviewers have, neither of them the person."""
        account = _account(registry, session, review)
        reviewers = agreed_by(session, review.id)
        if account is None or len({*reviewers} - {account.subject}) < self.agreements:
            raise PortalError("Deux accords différents sont nécessaires.", code="lost_everything.agreements")
        find(registry, Links).issue(session, account, review.id)
        tell_reviewers(registry, session, reviewers, review.reference, "sent")
        tell_support(registry, session, review, "sent")
        details = {"reference": review.reference}
        trail = find(registry, IAuditTrail)
        trail.record(
            session, "lost_everything.link_sent", actor=review.decided_by, target=account.subject, details=details
        )

    def on_refuse(self, registry: Any, session: Session, review: ReviewView, reason: str) -> None:
        """Tell the account's own address, whoever asked."""
        account = _account(registry, session, review)
        tell_person(registry, session, account, "refused", reference=review.reference, reason=reason)

    def on_more_asked(self, registry: Any, session: Session, review: ReviewView, question: str) -> None:
        """Put the question to the account's own address; it is answered on the phone."""
        account = _account(registry, session, review)
        tell_person(registry, session, account, "more_asked", reference=review.reference, question=question)

    def extra_actions(self, registry: Any, session: Session, review: ReviewView) -> Sequence[tuple[str, str]]:
        """Return nothing."""
        return ()

    def on_extra(self, registry: Any, session: Session, review: ReviewView, action: str) -> str:
        """Never called: no further act is offered."""
        raise PortalError("Cette action n’existe pas.", code="lost_everything.unknown_action")

    def _account_sheet(
        self, registry: Any, session: Session, review: ReviewView, values: Mapping[str, str]
    ) -> FactSheet:
        account = _account(registry, session, review)
        if account is None:
            return FactSheet("Compte", (Fact("Compte", "aucun ne correspond", "warning"),))
        same = (account.first_name.casefold(), account.last_name.casefold()) == (
            values["first_name"].casefold(),
            values["last_name"].casefold(),
        )
        note = "" if same else "Le nom donné n’est pas celui du compte."
        unsure = _not_reached(registry, session, account)
        attributes = find(registry, IAccounts).attributes(session, account.subject)
        held = [mode.title for mode in modes_of(registry).all() if mode.credentials(session, account.subject)]
        labels = {"workplace": "Lieu d’exercice", "rpps": "N° RPPS"}
        facts = [
            Fact("Identifiant", account.identifier),
            Fact("Nom complet", account.display_name, "" if same else "warning", note),
            Fact("Email confirmé", account.email, "warning" if unsure else "", unsure or _ONLY_THERE),
            Fact("Dispositifs qui seront retirés", ", ".join(held) or "Aucun"),
            *known_numbers(registry, session, account, attributes),
            *(Fact(label, str(attributes[name])) for name, label in labels.items() if attributes.get(name)),
        ]
        return FactSheet("Compte", tuple(facts), (("Voir le compte", f"/support/comptes/{account.subject}"),))


def _values(registry: Any, session: Session, review: ReviewView) -> dict[str, str]:
    row = session.get(LostEverythingRow, review.id)
    if row is None:
        raise LookupError(f"{review.reference} holds nothing")
    opened = find(registry, ISealer).open(row.sealed, purpose=PURPOSE, bound_to=row.request_id)
    found: dict[str, str] = json.loads(opened)
    return found


def _not_reached(registry: Any, session: Session, account: AccountView) -> str:
    """Return why the link would not surely reach the person at the account's address; ``""`` when it would."""
    if account.email_doubted_at is not None:
        return _ADDRESS_DOUBTED
    return _ADDRESS_CHANGED if former_addresses(registry, session, account) else ""


def _account(registry: Any, session: Session, review: ReviewView) -> AccountView | None:
    row = session.get(LostEverythingRow, review.id)
    return find(registry, IAccounts).by_subject(session, row.subject) if row is not None and row.subject else None

"""The lost-everything request as two reviewers see it: the procedure, what was typed, the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from ...accounts.address_changes import AddressChanges
from ...accounts.call_back import checked_by, recently_confirmed, told_of
from ...errors import PortalError
from ...foundation.reviews.agreements import counting
from ...foundation.reviews.kinds import DecidedOnly
from ...interfaces import AccountView, Choice, Concerned, Fact, FactSheet, IAuditTrail, IFirstLinks, ReviewView
from ...pyramid_types import Registry
from ...services import find
from ..lost_requests import ADDRESS_CHANGED, NOBODY, LostRequests, account_sheet, asked_sheet, check_to_record
from .links import Links
from .models import LostEverythingRow
from .notifications import notify_person, notify_reviewers, notify_support

KIND = "lost_everything"
PURPOSE = "lost_everything.values"
_RETENTION = ("login", "last_name", "first_name", "motive")
REQUESTS = LostRequests(KIND, LostEverythingRow, PURPOSE, _RETENTION, "lost_everything")
_CHECK = "J’ai suivi moi-même la procédure et vérifié l’identité de la personne."
_TICK = "Cochez que vous avez suivi la procédure."
_ONLY_THERE = "Le lien part à cette adresse, et à aucune autre."
_ADDRESS_DOUBTED = (
    "Cette adresse n’est plus vérifiée : rien n’y est envoyé. Faites d’abord changer l’adresse (« Je n’ai plus accès à "
    "ma boîte mail »), puis traitez cette demande."
)
_ADDRESS_UNCONFIRMED = (
    "Cette adresse attend d’être confirmée : la personne vient de lier une carte ou Pro Santé Connect, sans avoir "
    "encore dit que l’adresse est la sienne. Demandez-lui de se connecter ainsi et de répondre à la question posée."
)
#: One person alone can be talked into it (threat-model.md row 1: nothing is issued on a telephone call).
_AGREEMENTS = 2
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


def open_request(
    registry: Registry, session: Session, account: AccountView | None, values: Mapping[str, object]
) -> ReviewView:
    """Open the request and tell its person; the same work is done when the account does not exist."""
    review = REQUESTS.open(registry, session, account, values)
    notify_person(registry, session, account, "asked", reference=review.reference)
    notify_support(registry, session, review, "asked")
    subject = account.subject if account else None
    details = {"reference": review.reference}
    find(registry, IAuditTrail).record(session, "lost_everything.asked", target=subject, details=details)
    return review


class LostEverythingKind(DecidedOnly):
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = KIND
    board = "support"
    queue = "acces-perdus"
    title = "Tous les moyens de connexion perdus"
    queue_title = "Accès perdus"
    permission = "esea.support.review"
    refusal_reasons = (
        "Votre identité n’a pas pu être vérifiée.",
        "Aucun compte ne correspond à ce que vous avez indiqué.",
        "Votre compte a encore un moyen de connexion qui fonctionne.",
    )

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return the procedure, what was typed, and the account with the numbers that may be called back."""
        typed, account = REQUESTS.read(registry, session, review)
        asked = asked_sheet(typed, "Identifiant ou email")
        found = account_sheet(account, typed, *_facts(registry, session, account)) if account else NOBODY
        return [_PROCEDURE, asked, found]

    def concerned(self, registry: Registry, session: Session, review: ReviewView) -> Concerned:
        """Return the account that the login named, and the person who was typed."""
        return REQUESTS.concerned(registry, session, review)

    def agreements(self, registry: Registry, session: Session, review: ReviewView) -> int:
        """Return two, whatever the account owns."""
        return _AGREEMENTS

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Ask each reviewer to record their own check."""
        return check_to_record(_CHECK)

    def agreement_note(self, registry: Registry, session: Session, review: ReviewView) -> str:
        """Tell whoever agrees that they can't restore the account's roles afterwards."""
        return REQUESTS.roles_note(registry, session, review)

    def on_agree(self, registry: Registry, session: Session, review: ReviewView, by: str, kept: frozenset[str]) -> None:
        """Record the check of one reviewer.

        :raises PortalError: no check, no account, the reviewer's own, or an address that may not reach its person.
        """
        account = REQUESTS.checked(registry, session, review, by, kept, _TICK)
        if why := _not_reached(registry, session, account):
            raise PortalError(why, code="lost_everything.address_unsure")
        details = {"reference": review.reference}
        trail = find(registry, IAuditTrail)
        trail.record(session, "lost_everything.identity_checked", actor=by, target=account.subject, details=details)

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Mail the link, and tell everyone who agreed; two different reviewers have, neither of them the person."""
        account = REQUESTS.account(registry, session, review)
        reviewers = counting(registry, session, self, review.id)
        if account is None or len({*reviewers} - {account.subject}) < _AGREEMENTS:
            raise PortalError("Deux accords différents sont nécessaires.", code="lost_everything.agreements")
        find(registry, Links).issue(session, account, review.id)
        notify_reviewers(registry, session, reviewers, review.reference, "sent")
        notify_support(registry, session, review, "sent")
        details = {"reference": review.reference}
        trail = find(registry, IAuditTrail)
        trail.record(
            session, "lost_everything.link_sent", actor=review.decided_by, target=account.subject, details=details
        )

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> None:
        """Tell the account's own address, whoever asked."""
        account = REQUESTS.account(registry, session, review)
        notify_person(registry, session, account, "refused", reference=review.reference, reason=reason)

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        """Put the question to the account's own address; it is answered on the phone."""
        account = REQUESTS.account(registry, session, review)
        notify_person(registry, session, account, "more_asked", reference=review.reference, question=question)


def _facts(registry: Registry, session: Session, account: AccountView) -> Sequence[Fact]:
    """Return what the reviewers compare, and what the person would lose."""
    warnings = (_not_reached(registry, session, account), recently_confirmed(registry, account))
    unsure = " ".join(filter(None, warnings))
    told = told_of(registry, session, account)
    return (
        Fact("Email confirmé", account.email, "warning" if unsure else "", unsure or _ONLY_THERE),
        # Counted when one comes or goes: asking each mode would cost a query apiece.
        Fact("Dispositifs confirmés, qui seront retirés", str(account.devices_held or "Aucun")),
        *checked_by(registry, account, told),
        *([Fact("N° RPPS", told["rpps"][0])] if "rpps" in told else []),
    )


def _not_reached(registry: Registry, session: Session, account: AccountView) -> str:
    """Return why the link would not surely reach the person at the account's address; ``""`` when it would."""
    if account.email_doubted_at is not None:
        return _ADDRESS_DOUBTED
    if find(registry, IFirstLinks).unconfirmed(session, account.subject):
        return _ADDRESS_UNCONFIRMED
    changed = find(registry, AddressChanges).contestable(session, account.subject)
    return ADDRESS_CHANGED if changed is not None else ""

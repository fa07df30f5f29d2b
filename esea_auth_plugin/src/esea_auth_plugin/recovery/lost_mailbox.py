"""« Je n'ai plus accès à cette boîte »: a request; the support checks the identity before anything is mailed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from ..accounts.address_changes import AddressChanges
from ..accounts.call_back import checked_by, recently_confirmed, told_of
from ..authentication.contract import AuthMode
from ..errors import PortalError
from ..foundation.reviews.agreements import choices_of, counting
from ..foundation.reviews.kinds import DecidedOnly
from ..interfaces import (
    DOUBTED_AT_FIRST_LINK,
    AccountView,
    Choice,
    Concerned,
    Fact,
    FactSheet,
    IAuditTrail,
    IOutbox,
    Level,
    ReviewView,
)
from ..pyramid_types import Registry
from ..services import find
from .lost_requests import ADDRESS_CHANGED, NOBODY, LostRequests, account_sheet, asked_sheet, check_to_record
from .models import LostMailboxRow
from .resets import NOWHERE, Resets

KIND = "lost_mailbox"
PURPOSE = "recovery.lost_mailbox"
_DOUBTED = "Cette adresse n’est plus vérifiée : son domaine a cessé de recevoir du courriel, ou changé de mains."
_REMOVED = (
    "Cette adresse n’est plus vérifiée : la personne l’a retirée lors de la première liaison de son identité "
    "professionnelle."
)
_RETENTION = ("login", "last_name", "first_name", "email", "phone", "motive")
REQUESTS = LostRequests(KIND, LostMailboxRow, PURPOSE, _RETENTION, "recovery")
_CHECK = "J’ai vérifié l’identité de la personne en l’appelant à un numéro connu du dossier ou de l’établissement."
_TICK = "Cochez que vous avez vérifié l’identité de la personne."
WAIVED = "factor_waived"
_WAIVER = (
    "La personne n’a plus son autre moyen de connexion (« {mode} ») : le lien ne le lui demandera pas. Il le demande "
    "si l’un de vous deux ne coche pas cette case."
)
#: Agreements that an account with a role or with an authenticator above mailed codes needs.
_PROTECTED = 2


def open_request(
    registry: Registry, session: Session, account: AccountView | None, values: Mapping[str, object]
) -> ReviewView:
    """Open the request; warn the old address if the account exists, and do the same work if it doesn't."""
    review = REQUESTS.open(registry, session, account, values)
    find(registry, IOutbox).post(
        session,
        "recovery.lost",
        to=account.email if account else NOWHERE,
        values={"name": account.display_name if account else "Personne", "reference": review.reference},
        decoy=account is None,
    )
    find(registry, IAuditTrail).record(
        session,
        "recovery.mailbox_lost",
        target=account.subject if account else None,
        details={"reference": review.reference},
    )
    return review


class LostMailboxKind(DecidedOnly):
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = KIND
    board = "support"
    queue = "boites-mail"
    title = "Boîte mail perdue"
    queue_title = "Boîtes mail perdues"
    permission = "esea.support.review"
    refusal_reasons = (
        "Votre identité n'a pas pu être vérifiée au téléphone.",
        "Aucun compte ne correspond à ce que vous avez indiqué.",
        "La nouvelle adresse est une boîte partagée : indiquez une boîte que vous êtes seul(e) à lire.",
    )

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return what was typed, and the account with the numbers that the support may call back."""
        typed, account = REQUESTS.read(registry, session, review)
        asked = asked_sheet(typed, "Identifiant ou ancien email", Fact("Nouvel email", typed["email"]))
        if account is None:
            return [asked, NOBODY]
        if account.email_doubted_at is not None:
            unsure = _REMOVED if account.email_doubt_reason == DOUBTED_AT_FIRST_LINK else _DOUBTED
        else:
            unsure = _contestable(registry, session, account)
        warning = " ".join(filter(None, (unsure, recently_confirmed(registry, account))))
        facts = (
            Fact("Email confirmé", account.email, *(("warning", warning) if warning else ())),
            *checked_by(registry, account, told_of(registry, session, account)),
        )
        return [asked, account_sheet(account, typed, *facts)]

    def concerned(self, registry: Registry, session: Session, review: ReviewView) -> Concerned:
        """Return the account that the login named, and the person who was typed."""
        return REQUESTS.concerned(registry, session, review)

    def agreements(self, registry: Registry, session: Session, review: ReviewView) -> int:
        """Return two for an account that owns an authenticator above mailed codes, one otherwise.

        (One that holds a role needs two for every kind of request.)
        """
        account = REQUESTS.account(registry, session, review)
        if account is None:
            return 1
        owns_more = account.devices_held > 0 or account.level_owned > Level.MAIL_CODE
        return _PROTECTED if owns_more or _other_factor(registry, session, account) is not None else 1

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Ask each reviewer to record the check of the identity, and offer to waive the account's other factor."""
        account = REQUESTS.account(registry, session, review)
        factor = _other_factor(registry, session, account) if account is not None else None
        waiver = [Choice(WAIVED, _WAIVER.format(mode=factor.title), ticked=False)] if factor is not None else []
        return [*check_to_record(_CHECK), *waiver]

    def agreement_note(self, registry: Registry, session: Session, review: ReviewView) -> str:
        """Tell whoever agrees that they can't restore the account's roles afterwards."""
        return REQUESTS.roles_note(registry, session, review)

    def on_agree(self, registry: Registry, session: Session, review: ReviewView, by: str, kept: frozenset[str]) -> None:
        """Record the check of one reviewer, and whether they waive the other factor.

        :raises PortalError: no check, no account, the reviewer's own, or an address that changed lately.
        """
        account = REQUESTS.checked(registry, session, review, by, kept, _TICK)
        if why := _contestable(registry, session, account):
            raise PortalError(why, code="recovery.address_contestable")
        find(registry, IAuditTrail).record(
            session,
            "recovery.identity_checked",
            actor=by,
            target=account.subject,
            details={"reference": review.reference, "factor_waived": WAIVED in kept},
        )

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Mail a 24-hour link to the new address."""
        account = REQUESTS.account(registry, session, review)
        if account is None:
            raise PortalError("Aucun compte ne correspond.", code="recovery.no_account")
        reviewers = counting(registry, session, self, review.id)
        waivers = [choices for choices in choices_of(session, review.id, reviewers) if WAIVED in choices]
        email = REQUESTS.read(registry, session, review)[0]["email"]
        find(registry, Resets).issue_for_new_mailbox(
            session, account, email, request_id=review.id, factor_waived=len(waivers) >= _PROTECTED
        )

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> None:
        """Tell the new address, with the reason and nothing of the account."""
        self._write(registry, session, review, "refused", reason=reason)

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        """Put the question to the new address; it is answered on the phone."""
        self._write(registry, session, review, "more_asked", question=question)

    def _write(self, registry: Registry, session: Session, review: ReviewView, message: str, **values: str) -> None:
        typed, _ = REQUESTS.read(registry, session, review)
        find(registry, IOutbox).post(
            session, f"recovery.{message}", to=typed["email"], values={"reference": review.reference, **values}
        )


def _other_factor(registry: Registry, session: Session, account: AccountView) -> AuthMode | None:
    return find(registry, Resets).other_factor(session, account.subject)


def _contestable(registry: Registry, session: Session, account: AccountView) -> str:
    """Return why the address can't change now: an earlier change may still be objected to; ``""`` if it can."""
    changed = find(registry, AddressChanges).contestable(session, account.subject)
    return ADDRESS_CHANGED if changed is not None else ""

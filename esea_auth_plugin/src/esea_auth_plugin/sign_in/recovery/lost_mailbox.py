"""« Je n'ai plus accès à cette boîte »: a request; the support checks the identity before anything is mailed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...accounts.call_back import checked_by, told_of
from ...interfaces import (
    AccountView,
    Choice,
    Fact,
    FactSheet,
    IAuditTrail,
    IOutbox,
    ReviewView,
)
from ...reviews.kinds import DecidedOnly
from ...services import find
from .lost_requests import NOBODY, LostRequests, account_sheet, asked_sheet, check_to_record
from .models import LostMailboxRow
from .resets import NOWHERE, Resets

KIND = "lost_mailbox"
PURPOSE = "recovery.lost_mailbox"
_DOUBTED = "Cette adresse n’est plus vérifiée : son domaine a cessé de recevoir du courriel, ou changé de mains."
_KEPT = ("login", "last_name", "first_name", "email", "phone", "motive")
REQUESTS = LostRequests(KIND, LostMailboxRow, PURPOSE, _KEPT, "recovery")
_CHECK = "J’ai vérifié l’identité de la personne en l’appelant à un numéro connu du dossier ou de l’établissement."
_TICK = "Cochez que vous avez vérifié l’identité de la personne."


def open_request(registry: Any, session: Session, account: AccountView | None, values: Mapping[str, Any]) -> ReviewView:
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
    desk = "support"
    queue = "boites-mail"
    title = "Boîte mail perdue"
    queue_title = "Boîtes mail perdues"
    permission = "esea.support.review"
    refusal_reasons = (
        "Votre identité n'a pas pu être vérifiée au téléphone.",
        "Aucun compte ne correspond à ce que vous avez indiqué.",
        "La nouvelle adresse est une boîte partagée : indiquez une boîte que vous êtes seul(e) à lire.",
    )

    def sheets(self, registry: Any, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return what was typed, and the account with the numbers that the support may call back."""
        typed, account = REQUESTS.read(registry, session, review)
        asked = asked_sheet(typed, "Identifiant ou ancien email", Fact("Nouvel email", typed["email"]))
        if account is None:
            return [asked, NOBODY]
        facts = (
            Fact("Email confirmé", account.email, *(("warning", _DOUBTED) if account.email_doubted_at else ())),
            *checked_by(registry, account, told_of(registry, session, account)),
        )
        return [asked, account_sheet(account, typed, *facts)]

    def choices(self, registry: Any, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Ask the reviewer to record the check of the identity."""
        return check_to_record(_CHECK)

    def on_accept(self, registry: Any, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Mail a 24-hour link to the new address, if the check was recorded.

        :raises PortalError: no check, no account, or the reviewer's own account.
        """
        account = REQUESTS.checked(registry, session, review, review.decided_by, kept, _TICK)
        find(registry, IAuditTrail).record(
            session,
            "recovery.identity_checked",
            actor=review.decided_by,
            target=account.subject,
            details={"reference": review.reference},
        )
        email = REQUESTS.read(registry, session, review)[0]["email"]
        find(registry, Resets).issue_for_new_mailbox(session, account, email)

    def on_refuse(self, registry: Any, session: Session, review: ReviewView, reason: str) -> None:
        """Tell the new address, with the reason and nothing of the account."""
        self._write(registry, session, review, "refused", reason=reason)

    def on_more_asked(self, registry: Any, session: Session, review: ReviewView, question: str) -> None:
        """Put the question to the new address; it is answered on the phone."""
        self._write(registry, session, review, "more_asked", question=question)

    def _write(self, registry: Any, session: Session, review: ReviewView, letter: str, **values: str) -> None:
        typed, _ = REQUESTS.read(registry, session, review)
        find(registry, IOutbox).post(
            session, f"recovery.{letter}", to=typed["email"], values={"reference": review.reference, **values}
        )

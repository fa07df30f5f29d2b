"""« Je n'ai plus accès à cette boîte »: a request; the support checks the identity before anything is mailed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...accounts.call_back import known_numbers
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
    IOutbox,
    IReviews,
    ISealer,
    ReviewView,
)
from ...layout.filters import phone_fr
from ...services import find
from .models import LostMailboxRow
from .resets import NOWHERE, Resets

KIND = "lost_mailbox"
PURPOSE = "recovery.lost_mailbox"
CHECKED = "identity_checked"
_DOUBTED = "Cette adresse n’est plus vérifiée : son domaine a cessé de recevoir du courriel, ou changé de mains."
_KEPT = ("login", "last_name", "first_name", "email", "phone", "motive")


def open_request(registry: Any, session: Session, account: AccountView | None, values: Mapping[str, Any]) -> ReviewView:
    """Open the request; warn the old address if the account exists, and do the same work if it doesn't."""
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
    session.add(LostMailboxRow(request_id=review.id, subject=account.subject if account else None, sealed=sealed))
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


class LostMailboxKind:
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
        values = _values(registry, session, review)
        typed = FactSheet(
            "Ce qui est demandé",
            (
                Fact("Identifiant ou ancien email", values["login"]),
                Fact("Nom", f"{values['first_name']} {values['last_name']}"),
                Fact("Nouvel email", values["email"]),
                Fact(
                    "Téléphone",
                    phone_fr(values["phone"]),
                    "warning",
                    "Numéro donné par la personne : il ne prouve rien.",
                ),
                Fact("Ce qui s'est passé", values["motive"]),
            ),
        )
        return [typed, self._account_sheet(registry, session, review, values)]

    def choices(self, registry: Any, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Ask the reviewer to record the check of the identity; it is never ticked beforehand."""
        label = (
            "J'ai vérifié l'identité de la personne en l'appelant à un numéro connu du dossier ou de l'établissement."
        )
        return (Choice(CHECKED, label, ticked=False),)

    def on_accept(self, registry: Any, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Mail a 24-hour link to the new address, if the check was recorded.

        :raises PortalError: no check, no account, or the reviewer's own account.
        """
        account = _account(registry, session, review)
        if CHECKED not in kept:
            raise PortalError("Cochez que vous avez vérifié l'identité de la personne.", code="recovery.unchecked")
        if account is None or account.state is not AccountState.ACTIVE:
            raise PortalError("Aucun compte actif ne correspond : refusez la demande.", code="recovery.no_account")
        if account.subject == review.decided_by:
            raise PortalError("Vous ne pouvez pas décider d'une demande sur votre compte.", code="recovery.own")
        find(registry, IAuditTrail).record(
            session,
            "recovery.identity_checked",
            actor=review.decided_by,
            target=account.subject,
            details={"reference": review.reference},
        )
        email = _values(registry, session, review)["email"]
        find(registry, Resets).issue_for_new_mailbox(session, account, email)

    def on_refuse(self, registry: Any, session: Session, review: ReviewView, reason: str) -> None:
        """Tell the new address, with the reason and nothing of the account."""
        self._write(registry, session, review, "refused", reason=reason)

    def on_more_asked(self, registry: Any, session: Session, review: ReviewView, question: str) -> None:
        """Put the question to the new address; it is answered on the phone."""
        self._write(registry, session, review, "more_asked", question=question)

    def extra_actions(self, registry: Any, session: Session, review: ReviewView) -> Sequence[tuple[str, str]]:
        """Return nothing."""
        return ()

    def on_extra(self, registry: Any, session: Session, review: ReviewView, action: str) -> str:
        """Never called: no further act is offered."""
        raise PortalError("Cette action n'existe pas.", code="recovery.unknown_action")

    def _write(self, registry: Any, session: Session, review: ReviewView, letter: str, **values: str) -> None:
        typed = _values(registry, session, review)
        find(registry, IOutbox).post(
            session, f"recovery.{letter}", to=typed["email"], values={"reference": review.reference, **values}
        )

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
        attributes = find(registry, IAccounts).attributes(session, account.subject)
        note = "" if same else "Le nom donné n'est pas celui du compte."
        facts = [
            Fact("Identifiant", account.identifier),
            Fact("Nom complet", account.display_name, "" if same else "warning", note),
            Fact("Email confirmé", account.email, *(("warning", _DOUBTED) if account.email_doubted_at else ())),
        ]
        facts.extend(known_numbers(registry, session, account, attributes))
        if attributes.get("workplace"):
            facts.append(Fact("Lieu d’exercice", str(attributes["workplace"])))
        return FactSheet("Compte", tuple(facts), (("Voir le compte", f"/support/comptes/{account.subject}"),))


def _values(registry: Any, session: Session, review: ReviewView) -> dict[str, str]:
    row = session.get(LostMailboxRow, review.id)
    if row is None:
        raise LookupError(f"{review.reference} holds nothing")
    found: dict[str, str] = json.loads(
        find(registry, ISealer).open(row.sealed, purpose=PURPOSE, bound_to=row.request_id)
    )
    return found


def _account(registry: Any, session: Session, review: ReviewView) -> AccountView | None:
    row = session.get(LostMailboxRow, review.id)
    return find(registry, IAccounts).by_subject(session, row.subject) if row is not None and row.subject else None

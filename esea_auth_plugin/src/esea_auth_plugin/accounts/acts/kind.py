"""« Action sur un compte » as a kind of request: a second reviewer confirms what a first one proposed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from ...errors import PortalError
from ...foundation.reviews.kinds import DecidedOnly
from ...interfaces import Choice, Concerned, Fact, FactSheet, IAccounts, IOutbox, IRoles, PortalSettings, ReviewView
from ...pyramid_types import Registry
from ...services import find
from .declared import AccountAct, acts_of
from .models import AccountActRow
from .service import KIND, values_of

_PROPOSER_TOLD = "La personne qui avait proposé cette action est prévenue par courriel"
#: Whoever proposed it, and another reviewer.
_REVIEWERS = 2


class AccountActKind(DecidedOnly):
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = KIND
    board = "support"
    queue = "actions"
    title = "Action sur un compte qui a un rôle"
    queue_title = "Actions à confirmer"
    permission = "esea.support.review"
    proposed_notice = "Vous avez proposé cette action : une autre personne doit la confirmer."
    refusal_reasons = ("Cette action n’est pas justifiée.", "La personne a été jointe et s’y oppose.")

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return the act with its values, and the account that it is on."""
        row, act = _act(registry, session, review)
        proposed = find(registry, IAccounts).by_subject(session, review.author or "")
        facts = [Fact("Action", act.title), Fact("Proposée par", proposed.display_name if proposed else "")]
        facts += [Fact(act.labels.get(name, name), value) for name, value in values_of(registry, row).items() if value]
        account = find(registry, IAccounts).by_subject(session, row.target)
        if account is None:
            return [FactSheet("Ce qui est proposé", (*facts, Fact("Concerne", row.target)))]
        roles = ", ".join(role.name for role in find(registry, IRoles).granted(session, row.target))
        who = (
            Fact("Identifiant", account.identifier),
            Fact("Nom complet", account.display_name),
            Fact("Rôles", roles or "Aucun"),
        )
        link = (("Voir le compte", f"/support/comptes/{account.subject}"),)
        return [FactSheet("Ce qui est proposé", tuple(facts)), FactSheet("Compte", who, link)]

    def concerned(self, registry: Registry, session: Session, review: ReviewView) -> Concerned:
        """Return the account that the act is on; of an act on many, nobody is compared with the reviewer."""
        row, act = _act(registry, session, review)
        accounts = tuple(act.accounts(registry, session, row.target))
        return Concerned(accounts if accounts == (row.target,) else ())

    def changes(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[str]:
        """Return every account that the act changes, to be locked before anything is written."""
        row, act = _act(registry, session, review)
        return tuple(act.accounts(registry, session, row.target))

    def agreements(self, registry: Registry, session: Session, review: ReviewView) -> int:
        """Return two: the proposal is the first one."""
        return _REVIEWERS

    def accept_label(self, registry: Registry, session: Session, review: ReviewView) -> str:
        """Return what the second reviewer does."""
        return f"Confirmer {_act(registry, session, review)[1].noun}"

    def on_agree(self, registry: Registry, session: Session, review: ReviewView, by: str, kept: frozenset[str]) -> None:
        """Refuse a reviewer whom an act on many accounts concerns, as their own mail domain does.

        :raises PortalError: the reviewer's account is one of them.
        """
        row, act = _act(registry, session, review)
        if by in act.accounts(registry, session, row.target):
            raise PortalError(act.own, code="account.own")

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Return nothing: it is confirmed as it was proposed."""
        return ()

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> str:
        """Carry it out, in the name of who confirmed it, and tell whoever proposed it."""
        row, act = _act(registry, session, review)
        done = act.perform(registry, session, row.target, values_of(registry, row), review.decided_by or "")
        self._notify_proposer(registry, session, review, "confirmed", title=act.title)
        return f"{done} {_PROPOSER_TOLD}."

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> str:
        """Tell whoever proposed it."""
        self._notify_proposer(registry, session, review, "refused", reason=reason)
        return f"Demande {review.reference} refusée : rien n’est fait. {_PROPOSER_TOLD}, avec le motif."

    def _notify_proposer(
        self, registry: Registry, session: Session, review: ReviewView, message: str, **values: str
    ) -> None:
        proposed = find(registry, IAccounts).by_subject(session, review.author or "")
        if proposed is not None:
            url = find(registry, PortalSettings).absolute(f"/support/{self.queue}/{review.reference}")
            shown = {"name": proposed.display_name, "reference": review.reference, "url": url, **values}
            find(registry, IOutbox).post(session, f"account_act.{message}", to=proposed.email, values=shown)

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        """Never: colleagues talk to each other."""
        raise PortalError("Voyez directement avec la personne qui propose cette action.", code="account_act.no_form")


def _act(registry: Registry, session: Session, review: ReviewView) -> tuple[AccountActRow, AccountAct]:
    row = session.get(AccountActRow, review.id)
    act = acts_of(registry).get(row.act) if row is not None else None
    if row is None or act is None:
        raise PortalError("Cette action n’est plus possible.", code="account_act.unknown")
    return row, act

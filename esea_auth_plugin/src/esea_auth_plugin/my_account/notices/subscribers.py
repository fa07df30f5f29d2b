"""From what happened to what is told, and to what « Ce n'était pas moi » freezes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...accounts.attributes import KINDS
from ...authentication.credentials.pending.service import LETTER
from ...authentication.registry import modes_of
from ...events import (
    CodeRefusedOften,
    DeviceAdded,
    DeviceReportedLost,
    DeviceRevoked,
    EmailChanged,
    FirstLinkAnswered,
    MailboxUnverified,
    PasswordChanged,
    PhoneChanged,
    SignedIn,
    SignedInFromNewNetwork,
)
from ...foundation.layout.browsers import browser_fr
from ...foundation.layout.filters import datetime_fr
from ...interfaces import DOUBTED_AT_FIRST_LINK, Factor, IAccounts, INotifications, PortalSettings, Proof
from ...pyramid_types import Registry
from ...services import current_time, find
from ..places import place_fr
from .notifications import EVERY_SIGN_IN
from .service import Fact, Frozen, Notices, OwnEmail


class Notifier:
    """Subscribers of the events that are told."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @property
    def _notices(self) -> Notices:
        return find(self._registry, Notices)

    def device_added(self, event: DeviceAdded) -> None:
        """A new device: it is what gets frozen. The first identity does more to the account than another device."""
        facts = (("Dispositif", event.label), ("Type", event.kind))
        freezes = ((event.mode, event.reference),)
        if event.first_link and not self._notices.may_object(event.session, event.subject):
            # What was mailed before may have gone to whoever prepared the account: it stops nothing any more.
            self._notices.end_links(event.session, event.subject)
        kind = "first_link" if event.first_link else "device_waits" if event.confirm_path else "device_added"
        self._notices.tell(
            event.session, event.subject, kind, facts=facts, freezes=freezes, own=self._to_confirm(event)
        )

    def _to_confirm(self, event: DeviceAdded) -> OwnEmail | None:
        """Return what the account's own address gets instead: one email that confirms, or stops everything."""
        if not event.confirm_path:
            return None
        url = find(self._registry, PortalSettings).absolute(event.confirm_path)
        return OwnEmail(LETTER, {"confirm_url": url, "confirm_until": event.confirm_until})

    def first_link_answered(self, event: FirstLinkAnswered) -> None:
        """What the account keeps after its first link, and what was removed.

        Whoever reads a mailbox that is not the person's must not lock them out by « Ce n'était pas moi ».
        """
        if event.mailbox_removed:
            self._notices.end_links(event.session, event.subject)
        told = (("Gardé", event.kept), ("Retiré", event.removed))
        facts = [(word, ", ".join(titles)) for word, titles in told if titles]
        to = () if event.mailbox_removed else None
        self._notices.tell(event.session, event.subject, "first_link_answered", facts=facts, to=to)

    def device_revoked(self, event: DeviceRevoked) -> None:
        """A device that is gone can't be frozen: the sessions of whoever ended it are what there is to stop."""
        if event.told:
            return
        facts = (("Dispositif", event.label), ("Type", event.kind))
        self._notices.tell(event.session, event.subject, "device_revoked", facts=facts)

    def device_lost(self, event: DeviceReportedLost) -> None:
        """A device was reported lost: whoever did so with something that was stolen loses that, and removes nothing."""
        facts = [("Dispositif", event.label), ("Type", event.kind)]
        if event.removal_at is not None:
            facts.append(("Retrait prévu", datetime_fr(event.removal_at)))
        kind = "device_lost" if event.removal_at is None else "device_lost_removal"
        freezes = self._of_proofs(event.proofs)
        self._notices.tell(event.session, event.subject, kind, facts=facts, freezes=freezes)

    def new_place(self, event: SignedInFromNewNetwork) -> None:
        """A sign-in from elsewhere: what it was proven by gets frozen."""
        facts = self._where(event.user_agent, event.address, event.proofs)
        freezes = self._of_proofs(event.proofs)
        self._notices.tell(event.session, event.subject, "new_place", facts=facts, freezes=freezes)

    def signed_in(self, event: SignedIn) -> None:
        """Any other sign-in, for who asked to be told of each."""
        wants = find(self._registry, INotifications).wants
        if not event.new and wants(event.session, event.subject, EVERY_SIGN_IN):
            facts = self._where(event.user_agent, event.address, event.proofs)
            freezes = self._of_proofs(event.proofs)
            self._notices.tell(event.session, event.subject, "signed_in", facts=facts, freezes=freezes)

    def password_changed(self, event: PasswordChanged) -> None:
        """A new password: whoever set it must not use it."""
        freezes = self._proving(Factor.PASSWORD)
        account = find(self._registry, IAccounts).by_subject(event.session, event.subject)
        until = account.mail_code_barred_until if account else None
        barred = until is not None and until > current_time(self._registry)
        facts = (("Codes par courriel", f"suspendus par sécurité jusqu’au {datetime_fr(until)}"),) if barred else ()
        self._notices.tell(event.session, event.subject, "password_changed", facts=facts, freezes=freezes)

    def email_changed(self, event: EmailChanged) -> None:
        """Another address: told at the former one, whoever reads the new one; mailed codes get frozen.

        A former one that was not believed any more is in other hands: it learns nothing, and may object to nothing.
        """
        self._notices.tell(
            event.session,
            event.subject,
            "email_changed",
            freezes=self._proving(Factor.MAILBOX),
            to=(event.former,) if event.former_believed else (),
            message="notices.email_changed",
            more={"undo_path": event.undo_path, "undo_until": event.undo_until},
        )

    def phone_changed(self, event: PhoneChanged) -> None:
        """Another number to be called back at. Only its end is told: others may read this mailbox."""
        facts = [
            (KINDS[name].label, f"se termine par {number[-2:]}" if number else "retiré")
            for name, number in event.numbers.items()
        ]
        self._notices.tell(event.session, event.subject, "phone_changed", facts=facts)

    def mailbox_unverified(self, event: MailboxUnverified) -> None:
        """A mailbox that is not believed: kept for « Notifications », and told to a former address that may object."""
        former = self._notices.former_addresses(event.session, event.subject)
        kind = "mailbox_removed" if event.reason == DOUBTED_AT_FIRST_LINK else "mailbox_doubted"
        self._notices.tell(event.session, event.subject, kind, to=former)

    def refused_often(self, event: CodeRefusedOften) -> None:
        """Many refusals. Where codes come after a password, whoever tries them knows it: that is what gets frozen.

        Guesses at a password freeze nothing: else anybody could have anybody's password frozen by guessing at it.
        """
        mode = modes_of(self._registry).get(event.mode)
        freezes = [frozen for factor in sorted(mode.after) for frozen in self._proving(factor)] if mode else []
        facts = (("Moyen de connexion", mode.title),) if mode is not None else ()
        self._notices.tell(event.session, event.subject, "refused_often", facts=facts, freezes=freezes)

    def _where(self, user_agent: str, address: str, proofs: Sequence[Proof]) -> Sequence[Fact]:
        modes = (modes_of(self._registry).get(proof.mode) for proof in proofs)
        return (
            ("Navigateur", browser_fr(user_agent)),
            ("Lieu", place_fr(self._registry, address)),
            ("Moyen de connexion", ", ".join(mode.title for mode in modes if mode is not None)),
        )

    def _of_proofs(self, proofs: Iterable[Proof]) -> Sequence[Frozen]:
        """What a sign-in was proven by; not the mailbox, which this very link went to."""
        return [(proof.mode, proof.authenticator or "") for proof in proofs if proof.factors - {Factor.MAILBOX}]

    def _proving(self, factor: Factor) -> Sequence[Frozen]:
        return [(mode.name, "") for mode in modes_of(self._registry).all() if mode.factors == {factor}]

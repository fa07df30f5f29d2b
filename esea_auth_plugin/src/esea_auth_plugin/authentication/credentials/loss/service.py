"""Devices reported lost: suspended at once, removed after a delay that « Ce n'était pas moi » stops.

Reporting a loss asks for less than any other change: it opens nothing, and it must be possible without the device.
These keep a thief of weaker factors from using it to reach the account's top level:

- a suspended device still counts for the level that the account owns, so nothing can be added meanwhile;
- the removal needs two factors that are not the mailbox, waits :data:`DELAY`, and is told to the account's addresses:
  the link of that email, a change of password or of address, and the device list stop it;
- another authority's identity stays suspended: unlinked, it would be linked again by its number;
- an account with a role is never lowered so: two reviewers restore it (« J'ai perdu tous mes moyens de connexion »).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from ....events import DeviceReportedLost, DeviceRevoked
from ....foundation.database import IDatabase, lock_accounts, rows_changed
from ....interfaces import AccountState, IAccounts, IAuditTrail, IFirstLinks, IRoles, Level, Proof
from ....pyramid_types import Registry
from ....services import current_time, find, offers
from ...contract import AuthMode, Credential
from ...registry import modes_of
from ..revoking import LastAuthenticator, Revoking
from ..suspension import LOST, SuspendedFactors
from .models import LostDeviceRow

#: As long as a change of address may be objected to: people read their mail after a weekend.
DELAY = timedelta(hours=72)
#: What removes without the top level: two factors, of which the mailbox that is told is none.
REMOVES = Level.TWO_FACTORS
#: What suspends: whoever signs in with a mailed code may.
REPORTS = Level.MAIL_CODE

_TOO_WEAK = (
    "Votre mot de passe et votre boîte mail suffisent à bloquer ce dispositif, pas à le retirer : sinon, quelqu’un qui "
    "les connaît remplacerait vos dispositifs par les siens."
)
_ROLE = (
    "Votre compte a un rôle sur ce portail : un dispositif perdu n’y est retiré que par un autre dispositif aussi sûr, "
    "ou après l’accord de deux personnes du support."
)
#: Once unlinked, its holder's next sign-in would link it again by the number that it proves.
_EXTERNAL = (
    "Cette identité est délivrée par un autre organisme : prévenez-le aussi. Elle reste bloquée ici, car une fois "
    "retirée elle se lierait de nouveau à votre compte à sa prochaine utilisation."
)
_UNTOLD = (
    "L’adresse de votre compte n’est pas vérifiée : personne ne pourrait être prévenu du retrait. Confirmez d’abord "
    "votre adresse, ou demandez au support."
)


@dataclass(frozen=True, slots=True)
class LostDevice:
    """A device reported lost. ``removal_at``: when it is removed, ``None`` if that is not planned."""

    mode: str
    reference: str
    reported_at: datetime
    removal_at: datetime | None


class LostDevices:
    """Reports of losses, and the removals that follow them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def get(self, session: Session, subject: str, mode: str, reference: str) -> LostDevice | None:
        """Return the report of a device, if there is one and nobody has accepted the device again."""
        row = session.scalar(self._of(subject, mode, reference))
        if row is None or not self._is_suspended(session, subject, mode, reference):
            return None
        return LostDevice(row.mode, row.reference, row.reported_at, row.removal_at)

    def why_not_removed(self, session: Session, subject: str, mode: AuthMode, *, proven: Level, wanted: Level) -> str:
        """Return why a report does not lead to a removal, in French; ``""``: it does.

        :param proven: level of the fresh proofs. :param wanted: the level that the account's changes ask for.
        """
        if mode.external:
            return _EXTERNAL
        if proven >= wanted:
            return ""
        if proven < REMOVES:
            return _TOO_WEAK
        if find(self._registry, IRoles).granted(session, subject):
            return _ROLE
        account = find(self._registry, IAccounts).by_subject(session, subject)
        unsure = offers(self._registry, IFirstLinks) and find(self._registry, IFirstLinks).unconfirmed(session, subject)
        return _UNTOLD if account is None or account.email_doubted_at is not None or unsure else ""

    def report(
        self,
        session: Session,
        subject: str,
        mode: AuthMode,
        device: Credential,
        *,
        proofs: Sequence[Proof],
        proven: Level,
        wanted: Level,
    ) -> LostDevice:
        """Suspend a device now, and plan its removal if what was proven allows that. A planned one keeps its time.

        :param proofs: the fresh ones; « Ce n'était pas moi » suspends what they rest on.
        """
        now = current_time(self._registry)
        lock_accounts(self._registry, session, subject)
        find(self._registry, SuspendedFactors).suspend_factor(
            session, subject, mode.name, device.reference, reason=LOST, by=subject
        )
        row = session.scalar(self._of(subject, mode.name, device.reference).execution_options(populate_existing=True))
        if row is None:
            row = LostDeviceRow(subject=subject, mode=mode.name, reference=device.reference, reported_at=now)
            session.add(row)
        plans = row.removal_at is None and not self.why_not_removed(
            session, subject, mode, proven=proven, wanted=wanted
        )
        if plans:
            row.removal_at, row.weak = now + DELAY, proven < wanted
            self._audit(session, "device.removal_planned", subject, mode=mode.name, reference=device.reference)
        session.flush()
        self._registry.notify(
            DeviceReportedLost(
                session,
                subject,
                mode.name,
                device.reference,
                device.kind or mode.title,
                device.label,
                removal_at=row.removal_at,
                proofs=tuple(proofs),
            )
        )
        return LostDevice(row.mode, row.reference, row.reported_at, row.removal_at)

    def keep(self, session: Session, subject: str, mode: str, reference: str) -> bool:
        """Plan no removal any more; the device stays suspended. ``False`` if none was planned."""
        lock_accounts(self._registry, session, subject)
        statement = (
            update(LostDeviceRow)
            .where(LostDeviceRow.subject == subject, LostDeviceRow.mode == mode, LostDeviceRow.reference == reference)
            .where(LostDeviceRow.removal_at.is_not(None))
            .values(removal_at=None)
        )
        if rows_changed(session, statement) != 1:
            return False
        self._audit(session, "device.removal_stopped", subject, mode=mode, reference=reference)
        return True

    def stop_all(self, session: Session, subject: str) -> None:
        """Plan no removal of a person any more: whoever planned one may be a thief. The devices stay suspended."""
        session.execute(
            update(LostDeviceRow)
            .where(LostDeviceRow.subject == subject, LostDeviceRow.removal_at.is_not(None))
            .values(removal_at=None)
            .execution_options(synchronize_session=False)
        )

    def forget(self, event: DeviceRevoked) -> None:
        """A device that is gone was lost no more, and is not shown as suspended."""
        event.session.execute(
            delete(LostDeviceRow)
            .where(LostDeviceRow.subject == event.subject)
            .where(LostDeviceRow.mode == event.mode, LostDeviceRow.reference == event.reference)
        )
        find(self._registry, SuspendedFactors).forget(event.session, event.subject, event.mode, event.reference)

    def found_again(self, session: Session, subject: str, mode: str, reference: str) -> None:
        """Forget the report of a device that its person accepts again."""
        session.execute(
            delete(LostDeviceRow)
            .where(LostDeviceRow.subject == subject)
            .where(LostDeviceRow.mode == mode, LostDeviceRow.reference == reference)
        )

    def remove(self, row_id: str, session: Session) -> None:
        """Remove one device whose time is over, unless that was stopped at this very moment."""
        row = session.get(LostDeviceRow, row_id)
        if row is None:
            return
        subject, mode, reference, weak = row.subject, modes_of(self._registry).get(row.mode), row.reference, row.weak
        lock_accounts(self._registry, session, subject)
        due = (
            update(LostDeviceRow)
            .where(LostDeviceRow.id == row_id, LostDeviceRow.removal_at <= current_time(self._registry))
            .values(removal_at=None)
            .execution_options(synchronize_session=False)
        )
        if rows_changed(session, due) != 1:
            return
        account = find(self._registry, IAccounts).by_subject(session, subject)
        lowers_a_role = weak and find(self._registry, IRoles).granted(session, subject)
        if account is None or account.state is not AccountState.ACTIVE or mode is None or lowers_a_role:
            return
        if not self._is_suspended(session, subject, mode.name, reference):
            return  # accepted again, by the support say
        held = mode.credentials(session, subject)
        device = next((each for each in held if each.reference == reference), None)
        if device is None:
            return
        try:
            find(self._registry, Revoking).unless_last(session, subject, mode, device, by=subject, reason="lost")
        except LastAuthenticator:
            return  # it stays suspended: without it the account could not be opened by anything

    def _is_suspended(self, session: Session, subject: str, mode: str, reference: str) -> bool:
        suspended = find(self._registry, SuspendedFactors).of(session, subject)
        return any((one.mode, one.reference) == (mode, reference) for one in suspended)

    def _of(self, subject: str, mode: str, reference: str) -> Select[LostDeviceRow]:
        return select(LostDeviceRow).where(
            LostDeviceRow.subject == subject, LostDeviceRow.mode == mode, LostDeviceRow.reference == reference
        )

    def _audit(self, session: Session, action: str, subject: str, **details: str) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=subject, target=subject, details=details)


def remove_lost(registry: Registry) -> None:
    """Job: remove the lost devices whose delay is over. Those of a mode that is off wait until it is on."""
    now, enabled = current_time(registry), [mode.name for mode in modes_of(registry).all()]
    with find(registry, IDatabase).reading() as session:
        due = select(LostDeviceRow.id).where(LostDeviceRow.removal_at <= now, LostDeviceRow.mode.in_(enabled))
        rows = session.scalars(due.limit(500)).all()
    for row_id in rows:
        find(registry, IDatabase).run(functools.partial(find(registry, LostDevices).remove, row_id))

"""Devices that wait: held when a mailed code is all that let them be added, freed by a link or at the top level.

A stolen password and mailbox would otherwise add a thief's telephone without a word (PyPI, 2024: accounts taken over by
adding a second factor to those that had none). The link is a second look at the mailbox, by whoever reads it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from ....events import DeviceRevoked
from ....foundation.database import IDatabase, lock_accounts, new_id
from ....foundation.security import tokens
from ....interfaces import (
    AccountState,
    AccountView,
    IAccounts,
    IAuditTrail,
    IMaximumLevel,
    IOutbox,
    ISecondFactors,
    Level,
    PortalSettings,
)
from ....pyramid_types import Registry
from ....services import current_time, find
from ...contract import AuthMode, Credential
from ...registry import modes_of
from ..revoking import Revoking
from .models import PendingDeviceRow

KIND = "pending_device"
LETTER = "devices.confirm"
TTL = timedelta(hours=24)
_LINK = "/compte/dispositifs/confirmation"


@dataclass(frozen=True, slots=True)
class Pending:
    """A device that waits, as its mailed link shows it."""

    id: str
    account: AccountView
    mode: AuthMode
    device: Credential


class PendingDevices:
    """See :class:`~esea_auth_plugin.interfaces.IPendingDevices`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def of(self, session: Session, account: str) -> Mapping[str, frozenset[str]]:
        """See the interface."""
        found: dict[str, set[str]] = {}
        query = select(PendingDeviceRow.mode, PendingDeviceRow.reference).where(PendingDeviceRow.subject == account)
        for mode, reference in session.execute(query):
            found.setdefault(mode, set()).add(reference)
        return {mode: frozenset(references) for mode, references in found.items()}

    def hold(self, session: Session, account: AccountView, mode: AuthMode, reference: str) -> tuple[str, datetime]:
        """Let a device wait; return the path of its link, for the email that tells of the device, and until when."""
        now, token = current_time(self._registry), tokens.new_token()
        ends_at = now + TTL
        session.add(
            PendingDeviceRow(
                id=new_id(),
                subject=account.subject,
                mode=mode.name,
                reference=reference,
                digest=tokens.digest(token, kind=KIND),
                created_at=now,
                ends_at=ends_at,
            )
        )
        session.flush()
        return f"{_LINK}/{token}", ends_at

    def send_again(self, session: Session, account: AccountView, mode: AuthMode, device: Credential) -> bool:
        """Mail another link, that ends when the first one would have; every former link is dead from then on.

        :returns: ``False`` if the device does not wait any more, or its time is over; nothing is sent.
        """
        token = tokens.new_token()
        lock_accounts(self._registry, session, account.subject)
        renewed = (
            update(PendingDeviceRow)
            .where(
                PendingDeviceRow.subject == account.subject,
                PendingDeviceRow.mode == mode.name,
                PendingDeviceRow.reference == device.reference,
                PendingDeviceRow.ends_at > current_time(self._registry),
            )
            .values(digest=tokens.digest(token, kind=KIND))
            .returning(PendingDeviceRow.created_at, PendingDeviceRow.ends_at)
        )
        row = session.execute(renewed).first()
        if row is None:
            return False
        self._mail(session, account, mode, device.label, token, (row.created_at, row.ends_at))
        details = {"mode": mode.name, "reference": device.reference}
        trail = find(self._registry, IAuditTrail)
        trail.record(
            session, "device.confirmation_sent", actor=account.subject, target=account.subject, details=details
        )
        return True

    def live(self, session: Session, token: str | None) -> Pending | None:
        """Return what a link is about, if it may be used now."""
        digest = tokens.digest(token or "", kind=KIND)
        row = session.scalar(select(PendingDeviceRow).where(PendingDeviceRow.digest == digest))
        if row is None or row.ends_at <= current_time(self._registry):
            return None
        account = find(self._registry, IAccounts).by_subject(session, row.subject)
        mode = modes_of(self._registry).get(row.mode)
        if account is None or account.state is not AccountState.ACTIVE or mode is None:
            return None
        if account.email_doubted_at is not None:  # whoever reads that mailbox now may be anybody
            return None
        held = mode.credentials(session, row.subject)
        device = next((each for each in held if each.reference == row.reference), None)
        return Pending(row.id, account, mode, device) if device is not None else None

    def mail_may_confirm(self, session: Session, account: str) -> bool:
        """Tell whether the mailbox still says enough: not once the account owns something stronger than it."""
        return find(self._registry, IMaximumLevel).of(session, account) <= Level.MAIL_CODE

    def confirm(self, session: Session, account: str, mode: str, reference: str) -> bool:
        """Let a device be used; ``False`` if it does not wait any more, or its time is over. Once, in parallel too."""
        now = current_time(self._registry)
        lock_accounts(self._registry, session, account)
        freed = delete(PendingDeviceRow).where(
            PendingDeviceRow.subject == account,
            PendingDeviceRow.mode == mode,
            PendingDeviceRow.reference == reference,
            PendingDeviceRow.ends_at > now,
        )
        if cast("CursorResult[Any]", session.execute(freed)).rowcount != 1:
            return False
        details = {"mode": mode, "reference": reference}
        trail = find(self._registry, IAuditTrail)
        trail.record(session, "device.confirmed", actor=account, target=account, details=details)
        find(self._registry, ISecondFactors).recount(session, account)
        return True

    def refuse(self, session: Session, pending: Pending) -> None:
        """Remove a device that its account's person does not know."""
        revoking = find(self._registry, Revoking)
        revoking.carry_out(
            session, pending.account.subject, pending.mode, pending.device, by=None, reason="refused_by_mail"
        )

    def forget(self, event: DeviceRevoked) -> None:
        """A device that is gone waits no more."""
        event.session.execute(
            delete(PendingDeviceRow).where(
                PendingDeviceRow.mode == event.mode, PendingDeviceRow.reference == event.reference
            )
        )

    def end(self, session: Session, subject: str) -> None:
        """What waits is confirmed by nobody any more, and the job removes it: whoever added it may be the thief."""
        waiting = update(PendingDeviceRow).where(PendingDeviceRow.subject == subject)
        waiting = waiting.where(PendingDeviceRow.ends_at > current_time(self._registry)).values(
            ends_at=current_time(self._registry)
        )
        session.execute(waiting.execution_options(synchronize_session=False))

    def _mail(
        self,
        session: Session,
        account: AccountView,
        mode: AuthMode,
        label: str,
        token: str,
        waits: tuple[datetime, datetime],
    ) -> None:
        added_at, ends_at = waits
        values = {
            "name": account.display_name,
            "facts": [["Dispositif", label], ["Type", mode.title]],
            "at": added_at,
            "confirm_url": find(self._registry, PortalSettings).absolute(f"{_LINK}/{token}"),
            "confirm_until": ends_at,
            "url": "",
        }
        find(self._registry, IOutbox).post(session, LETTER, to=account.email, values=values, valid_until=ends_at)


def remove_unconfirmed(registry: Registry) -> None:
    """Job: remove the devices that nobody confirmed in time; they opened nothing meanwhile.

    Those of a mode that is off can't be removed: they go on waiting, or they would open the account once it is on.
    """
    now, enabled = current_time(registry), [mode.name for mode in modes_of(registry).all()]
    with find(registry, IDatabase).reading() as session:
        over = select(PendingDeviceRow.id).where(PendingDeviceRow.ends_at <= now, PendingDeviceRow.mode.in_(enabled))
        rows = session.scalars(over.limit(500)).all()
    for row_id in rows:
        find(registry, IDatabase).run(functools.partial(_remove, registry, row_id))


def _remove(registry: Registry, row_id: str, session: Session) -> None:
    """Remove one device whose time is over, if it still waits."""
    row = session.get(PendingDeviceRow, row_id)
    if row is None:
        return
    lock_accounts(registry, session, row.subject)
    gone = cast("CursorResult[Any]", session.execute(delete(PendingDeviceRow).where(PendingDeviceRow.id == row_id)))
    mode = modes_of(registry).get(row.mode)
    if gone.rowcount != 1 or mode is None:  # confirmed, or refused, at this very moment
        return
    for device in mode.credentials(session, row.subject):
        if device.reference == row.reference:
            find(registry, Revoking).carry_out(session, row.subject, mode, device, by=None, reason="not_confirmed")

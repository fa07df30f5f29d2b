"""Puts emails in the outbox, in the transaction of the act that they tell about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...interfaces import DeliveryView, IClock, ISealer
from ...pyramid_types import Registry
from ...services import find
from ...settings import FoundationSettings
from ..database import new_id
from ..jobs.wakeup import Wakeup
from .content import recipient_digests, seal_recipient, seal_values
from .models import Delivery
from .rendering import EmailRenderer
from .safety import safe_address


class Outbox:
    """:class:`~esea_auth_plugin.interfaces.IOutbox`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._sealer = find(registry, ISealer)
        self._clock = find(registry, IClock)
        self._wakeup = find(registry, Wakeup)
        self._domain = find(registry, FoundationSettings).mail_from.rpartition("@")[2]

    def post(
        self,
        session: Session,
        message: str,
        *,
        to: str,
        values: Mapping[str, object],
        valid_until: datetime | None = None,
        decoy: bool = False,
    ) -> str:
        """See :class:`~esea_auth_plugin.interfaces.IOutbox`.

        :raises UnsafeHeader: the address, or a value that goes into the subject, may not stand in a header. Told
            here, to who typed it, and not to the worker.
        """
        recipient = safe_address(to)
        find(self._registry, EmailRenderer).subject(message, values)
        now = self._clock.now()
        row = new_id()
        sealed = seal_recipient(self._sealer, recipient, row=row), seal_values(self._sealer, values, row=row)
        digest = recipient_digests(self._sealer, recipient)[0]
        session.add(
            Delivery(
                id=row,
                kind="letter",
                name=message,
                recipient=None if decoy else sealed[0],
                recipient_digest=None if decoy else digest,
                content=None if decoy else sealed[1],
                message_id=f"<{row}@{self._domain}>",
                state="sent" if decoy else "waiting",
                next_at=now,
                valid_until=valid_until,
                created_at=now,
                ended_at=now if decoy else None,
            )
        )
        session.flush()
        self._wakeup.announce(session)
        return row

    def sent_to(self, session: Session, address: str, *, most: int = 5) -> Sequence[DeliveryView]:
        """See the interface."""
        digests = recipient_digests(self._sealer, address)
        rows = session.scalars(
            select(Delivery)
            .where(Delivery.recipient_digest.in_(digests))
            .order_by(Delivery.created_at.desc(), Delivery.id)
            .limit(most)
        )
        renderer = find(self._registry, EmailRenderer)
        return [
            DeliveryView(renderer.kind(row.name), row.state, row.created_at, row.ended_at, row.attempts, row.error)
            for row in rows
        ]

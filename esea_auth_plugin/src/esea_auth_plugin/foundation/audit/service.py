"""Writes the trail, in the transaction of the act it tells about."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping

from sqlalchemy.orm import Session

from ...interfaces import IClock
from ...pyramid_types import Json
from ..database import new_id
from ..security.tokens import new_salt
from .content import canonical, checked_details, digest_of, personal_digest_of
from .keys import TrailKeys
from .models import AuditDigest, AuditEvent, AuditPersonal
from .writing import insert_rows

log = logging.getLogger(__name__)

PURPOSE = "audit.personal"
OUTCOMES = frozenset({"success", "refused", "error"})


class UnknownAction(LookupError):
    """An action that no package declared with ``config.add_audit_action``: a mistake in the calling code."""


class AuditTrail:
    """See :class:`~esea_auth_plugin.interfaces.IAuditTrail`."""

    def __init__(self, clock: IClock, keys: TrailKeys, actions: Mapping[str, str], *, strict: bool) -> None:
        """
        :param actions: the declared vocabulary. :param strict: what breaks its rules raises (development and tests);
            a real portal writes the row all the same and logs the mistake, since a lost row is worse.
        """
        self._clock = clock
        self._keys = keys
        self._actions = actions
        self._strict = strict

    def record(
        self,
        session: Session,
        action: str,
        *,
        outcome: str = "success",
        actor: str | None = None,
        target: str | None = None,
        details: Json | None = None,
        personal: Json | None = None,
    ) -> str:
        """See :meth:`~esea_auth_plugin.interfaces.IAuditTrail.record`."""
        self._check(action, outcome)
        clear = self._clear(personal or {})
        event = AuditEvent(
            id=new_id(),
            at=self._clock.now(),
            action=action,
            outcome=outcome,
            actor=actor,
            target=target,
            details=canonical(checked_details(details or {}, strict=self._strict)),
            personal_digest=personal_digest_of(clear) if clear else "",
            salt=new_salt().hex(),
        )
        digest = digest_of(event)
        mac = self._keys.event_mac(event.id, event.at, digest)
        # Now and not at the commit: an act whose trace can't be written fails where it happens.
        session.flush()
        columns = {column.name: getattr(event, column.name) for column in AuditEvent.__table__.columns}
        insert_rows(session, AuditEvent, [columns])
        code = {"event_id": event.id, "at": event.at, "digest": digest, "origin": self._keys.origin, "mac": mac}
        insert_rows(session, AuditDigest, [code])
        if clear:
            sealed = self._keys.sealer.seal(clear, purpose=PURPOSE, bound_to=event.id)
            insert_rows(session, AuditPersonal, [{"event_id": event.id, "sealed": sealed}])
        return event.id

    def _clear(self, personal: Json) -> bytes:
        values = {key: str(value)[:500] for key, value in personal.items() if value not in {None, ""}}
        return json.dumps({"salt": new_salt().hex(), "values": values}).encode() if values else b""

    def _check(self, action: str, outcome: str) -> None:
        problem = ""
        if action not in self._actions:
            problem = f"no package declares the audit action « {action} »: config.add_audit_action"
        elif outcome not in OUTCOMES:
            problem = f"« {outcome} » is no outcome: {', '.join(sorted(OUTCOMES))}"
        if problem and self._strict:
            raise UnknownAction(problem)
        if problem:
            log.error("%s", problem)


def valid_action(name: str) -> bool:
    """Tell whether a name may be declared: ``package.verb``, further parts allowed."""
    return re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", name) is not None and len(name) <= 80

"""Forms sent after the session's end: kept sealed, given back to the same person only, after a new sign-in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta

from pyramid.csrf import check_csrf_token
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ..authentication.attempts.models import SavedFormRow
from ..foundation.database import IDatabase, new_id
from ..foundation.web.return_paths import local_path
from ..interfaces import ISealer, ISessions
from ..pyramid_types import PortalRequest, Registry
from ..services import current_time, find

RETENTION = timedelta(hours=2)
PURPOSE = "sign_in.parked"  # part of the seal of stored rows
_MAX_BYTES = 100_000
#: Never kept, even sealed: secrets are typed again, and the form with them.
_SECRET = re.compile(r"passw|mot_de_passe|secret|^current$|^code$|token", re.IGNORECASE)
_CSRF = "csrf_token"


@dataclass(frozen=True, slots=True)
class SavedForm:
    """A form as it was sent: where, and its fields in their order."""

    path: str
    fields: tuple[tuple[str, str], ...]


class SavedForms:
    """See :class:`~esea_auth_plugin.interfaces.ISavedForms`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._sealer = find(registry, ISealer)

    def save_form(self, request: PortalRequest) -> None:
        """See the interface.

        The refusal came before the check of the CSRF token: without it another site could have a form sent by the
        person's own hand.
        """
        sessions = find(self._registry, ISessions)
        digest = sessions.cookie_digest(request)
        path = local_path(request.path)
        if not digest or not path or not check_csrf_token(request, raises=False):
            return
        fields = [(name, value) for name, value in request.POST.items() if name != _CSRF]
        if any(_SECRET.search(name) for name, _ in fields):
            return
        text = json.dumps({"path": path, "fields": fields}, default=lambda _: None)
        if len(text) > _MAX_BYTES or any(not isinstance(value, str) for _, value in fields):
            return
        now = current_time(self._registry)

        def write(session: Session) -> None:
            subject = sessions.owner_of_cookie(request, session)
            if subject is None:
                return
            row = new_id()
            session.execute(delete(SavedFormRow).where(SavedFormRow.cookie_digest == digest))
            sealed = self._sealer.seal(text.encode(), purpose=PURPOSE, bound_to=row)
            session.add(
                SavedFormRow(id=row, cookie_digest=digest, subject=subject, sealed=sealed, ends_at=now + RETENTION)
            )

        request.defer_write(write)

    def hold(self, request: PortalRequest, session: Session, subject: str) -> str | None:
        """Return the id of the form that waits for this person in this browser; anybody else's is deleted."""
        digest = find(self._registry, ISessions).cookie_digest(request)
        if not digest:
            return None
        row = session.scalar(select(SavedFormRow).where(SavedFormRow.cookie_digest == digest))
        if row is None:
            return None
        if row.subject != subject or row.ends_at <= current_time(self._registry):
            session.delete(row)
            session.flush()
            return None
        return row.id

    def hand_over(self, request: PortalRequest, session: Session, saved_form: str) -> None:
        """Tie the form to the session that was just opened."""
        digest = find(self._registry, ISessions).cookie_digest(request)
        session.execute(update(SavedFormRow).where(SavedFormRow.id == saved_form).values(cookie_digest=digest))

    def waiting(self, request: PortalRequest, session: Session, subject: str) -> SavedForm | None:
        """Return the form that waits in this session."""
        digest = find(self._registry, ISessions).cookie_digest(request)
        row = session.scalar(
            select(SavedFormRow).where(SavedFormRow.cookie_digest == digest, SavedFormRow.subject == subject)
        )
        if row is None or row.ends_at <= current_time(self._registry):
            return None
        content = json.loads(self._sealer.open(row.sealed, purpose=PURPOSE, bound_to=row.id))
        return SavedForm(content["path"], tuple((name, value) for name, value in content["fields"]))

    def drop(self, request: PortalRequest, session: Session) -> None:
        """Delete what waits in this browser."""
        digest = find(self._registry, ISessions).cookie_digest(request)
        session.execute(delete(SavedFormRow).where(SavedFormRow.cookie_digest == digest))


def prune(registry: Registry) -> None:
    """Job: delete forms that nobody came back for."""
    now = current_time(registry)
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(SavedFormRow).where(SavedFormRow.ends_at <= now))

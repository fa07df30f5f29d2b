"""Sends a sign-up from code (the demo, a migration from another portal) the way « Valider » does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from ..accounts import identifiers
from ..interfaces import PortalSettings
from ..pyramid_types import Registry
from ..services import current_time, find
from .answers import Answers
from .drafts import Drafts
from .requests import SignUps

_ALL_STEPS = 4


class Applications:
    """See :class:`~esea_auth_plugin.interfaces.ISignUps`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def apply(
        self,
        session: Session,
        *,
        personal: Mapping[str, str],
        identifier: str,
        password_hash: str,
        services: Sequence[str],
        motive: str,
    ) -> str | None:
        """See the interface."""
        answers = Answers(
            personal=dict(personal),
            identifier=identifier,
            password_hash=password_hash,
            services=tuple(services),
            motive=motive,
            terms=find(self._registry, PortalSettings).terms_version,
        )
        drafts = Drafts(self._registry)
        draft_id, secret = drafts.start(session, answers, done=_ALL_STEPS)
        now = current_time(self._registry)
        held = identifiers.reserve(session, identifier, kind=identifiers.SIGN_UP, holder=draft_id, now=now)
        draft = drafts.find(session, secret)
        if not held or draft is None:
            drafts.clear(session, draft_id)
            return None
        return SignUps(self._registry).send(session, draft)

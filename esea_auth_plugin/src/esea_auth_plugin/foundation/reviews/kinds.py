"""What kinds of request have in common that their packages need not say again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from ...interfaces import ReviewView
from ...pyramid_types import Registry
from .errors import ReviewRefused


class DecidedOnly:
    """A kind whose requests are decided, and on which nothing further can be done."""

    def extra_actions(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[tuple[str, str]]:
        """Return nothing."""
        return ()

    def on_extra(self, registry: Registry, session: Session, review: ReviewView, action: str) -> str:
        """Never called: no further act is offered."""
        raise ReviewRefused("Cette action n’existe pas.", code="review.unknown_action")

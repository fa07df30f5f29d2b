"""The session store: who is signed in in which browser, revocable at once, shared by the plugin and relying parties."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from sqlalchemy.orm import Session

from ...interfaces import ISessions
from ...pyramid_types import Configurator, Registry
from ...services import find
from .service import Sessions, session_ends_in

__all__ = ["includeme"]

#: Address that the page's own script posts to when the person asks to stay.
KEEP_PATH = "/compte/session/prolonger"


def includeme(config: Configurator) -> None:
    """Publish :class:`ISessions`, ``request.session_ends_in`` and the address that prolongs a session."""

    def end_sessions(session: Session, subject: str, kept: str) -> None:
        find(config.registry, ISessions).close_all(session, subject, but=kept)

    config.add_service(ISessions, Sessions)
    config.add_request_method(session_ends_in, "session_ends_in", reify=True)
    config.add_revocable("session", end_sessions, order=20)
    # A fixed machine address: a page's script calls it, nobody navigates to it.
    config.add_route("esea.session.keep", KEEP_PATH)
    config.scan(".views")
    config.add_job("session.prune", _prune, every=timedelta(days=1))


def _prune(registry: Registry) -> None:
    cast(Sessions, find(registry, ISessions)).prune()

"""``request.dbsession``: the session of one request, begun at its first use and ended by pyramid_tm.

GET and HEAD get a read-only one: a view that writes there fails, on both databases. The one exception is an address to
which another site sends the browser back by GET, with an answer that is worth something once: its view says so with
:func:`write_on_get`, before the session is first used.
"""

from __future__ import annotations

from typing import Any

import zope.sqlalchemy
from sqlalchemy.orm import Session

from ...pyramid_types import PortalRequest
from ...services import find
from .engine import IDatabase

_REQUEST = "esea.request"


def request_session(request: PortalRequest) -> Session:
    """Return the request's session, joined to its transaction manager.

    It starts as « changed »: zope.sqlalchemy would otherwise roll back a transaction whose only write is a Core
    statement, and a token consumed that way would stay valid.
    """
    read_only = request.method in {"GET", "HEAD", "OPTIONS"} and not getattr(request, "_writes_on_get", False)
    session = find(request, IDatabase).session(read_only=read_only)
    session.info[_REQUEST] = request
    zope.sqlalchemy.register(
        session,
        initial_state="active" if read_only else "changed",
        transaction_manager=request.tm,
        keep_session=False,
    )
    return session


def request_of(session: Session) -> Any | None:
    """Return the request whose session this is, ``None`` in a job or a command.

    For a subscriber that notes where an act came from; whoever decides something takes the request as a parameter.
    """
    return session.info.get(_REQUEST)


def write_on_get(request: PortalRequest) -> None:
    """Give this GET a writing session: a callback, whose state or ticket stands in for the CSRF token."""
    request._writes_on_get = True

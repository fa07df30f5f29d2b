"""What must outlive a refusal: audit rows and counts of a try whose own transaction is rolled back.

They are queued on the request and written in one short transaction, after the request's has ended and before the
answer leaves. When that write fails the answer is an error: nobody goes on without a trace.
"""

from __future__ import annotations

from collections.abc import Callable

from pyramid.response import Response
from sqlalchemy.orm import Session

from ...pyramid_types import Handler, PortalRequest, Registry
from ...services import find
from ..database import IDatabase

Work = Callable[[Session], object]


def defer_write(request: PortalRequest, work: Work) -> None:
    """``request.outlive(work)``: call ``work(session)`` once the request's transaction has ended, whatever it did."""
    queue: list[Work] | None = getattr(request, "_deferred_writes", None)
    if queue is None:
        queue = request._deferred_writes = []
    queue.append(work)


def deferred_writes_tween(handler: Handler, registry: Registry) -> Handler:
    """Return the tween that writes the queue."""

    def deferred(request: PortalRequest) -> Response:
        try:
            return handler(request)
        finally:
            queue: list[Work] = getattr(request, "_deferred_writes", [])
            if queue:
                with find(registry, IDatabase).writing() as session:
                    for work in queue:
                        work(session)

    return deferred

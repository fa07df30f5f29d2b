"""Messages shown once after a redirect, carried by a sealed cookie: they need no row and no session."""

from __future__ import annotations

import json
from datetime import timedelta

from ...interfaces import ISealer
from ...pyramid_types import PortalRequest
from ...services import find
from ..security.sealing import SealBroken
from .cookies import drop_cookie, read_cookie, set_cookie

COOKIE = "message"
_PURPOSE = "flash"
_MAX_MESSAGES = 3


def flash(request: PortalRequest, text: str, kind: str = "success") -> None:
    """Show ``text`` on the next page; ``kind`` is success, info or warning."""
    queue: list[tuple[str, str]] | None = getattr(request, "_flash_out", None)
    if queue is None:
        queue = request._flash_out = []
    queue.append((kind, text[:400]))
    sealed = find(request, ISealer).seal(json.dumps(queue[-_MAX_MESSAGES:]).encode(), purpose=_PURPOSE)
    set_cookie(request, COOKIE, sealed, max_age=timedelta(minutes=5))


def flash_messages(request: PortalRequest) -> list[tuple[str, str]]:
    """Return the messages that came with this request, and clear them."""
    shown: list[tuple[str, str]] | None = getattr(request, "_flash_in", None)
    if shown is not None:
        return shown
    request._flash_in = found = _read(request)
    if found and not getattr(request, "_flash_out", None):
        drop_cookie(request, COOKIE)
    return found


def _read(request: PortalRequest) -> list[tuple[str, str]]:
    sealed = read_cookie(request, COOKIE)
    if sealed is None:
        return []
    try:
        rows = json.loads(find(request, ISealer).open(sealed, purpose=_PURPOSE))
    except (SealBroken, ValueError):
        return []
    return [(str(kind), str(text)) for kind, text in rows]

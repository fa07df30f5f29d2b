"""The line that each request leaves in the log: what was asked, which view answered, how it ended and for whom."""

from __future__ import annotations

import logging
import re

from pyramid.response import Response

from ...interfaces import ISealer
from ...pyramid_types import PortalRequest
from ...services import find
from ..logs import ENDED, EndedRequest
from ..security.log_masking import masked
from ..sessions.service import known_subject

logger = logging.getLogger(__name__)

#: Hexadecimal digits of a person's digest: 64 bits tell the people of a region apart.
_SUBJECT_DIGITS = 16
_MAX_PATH = 500
_METHOD = re.compile(r"[A-Z]{1,16}")


def log_request(request: PortalRequest, response: Response, seconds: float) -> None:
    """Write the line of a request that was answered. It opens no session and reads no table."""
    if not logger.isEnabledFor(logging.INFO):
        return
    subject = known_subject(request)
    digest = find(request, ISealer).digest(subject, purpose="log.subject")[:_SUBJECT_DIGITS] if subject else ""
    ended = EndedRequest(
        method=request.method if _METHOD.fullmatch(request.method) else "?",
        path=_path_of(request),
        view=_view_of(request, response),
        status=response.status_int,
        duration_ms=round(seconds * 1000),
        subject=digest,
    )
    logger.info("%s", ended, extra={ENDED: ended})


def _path_of(request: PortalRequest) -> str:
    """Return the path as a browser would send it, percent-encoded: no line ends, no letters of another alphabet."""
    try:
        return masked(request.path)[:_MAX_PATH]
    except UnicodeDecodeError:
        return "?"


def _view_of(request: PortalRequest, response: Response) -> str:
    route = getattr(request, "matched_route", None)
    if route is not None:
        return str(route.name)
    context = getattr(request, "context", None)
    # The name of a view that was not found is whatever somebody typed.
    if context is None or response.status_int == 404:
        return ""
    name = getattr(request, "view_name", "")
    return f"{type(context).__name__}{'/' if name else ''}{name}"

"""Log lines: each names the request that it belongs to, as text or as JSON, and each request has one line of its own.

The lines hold no secret: :mod:`.security.log_masking` masks addresses, and a person is a keyed digest.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

from .security.log_masking import MaskSecrets, masked

#: Attribute of a record that belongs to a request.
_REQUEST_ID = "portal_request_id"
#: Attribute of the record that tells how a request ended.
ENDED = "portal_request"
_under_way: ContextVar[str] = ContextVar("portal_request_id", default="")


@dataclass(frozen=True, slots=True)
class EndedRequest:
    """How a request ended.

    :ivar path: without its query string, secrets masked. :ivar view: name of the route, or class of the resource and
        name of the view; ``""`` when no view answered. :ivar subject: keyed digest of the account, ``""`` for nobody.
    """

    method: str
    path: str
    view: str
    status: int
    duration_ms: int
    subject: str

    def __str__(self) -> str:
        return (
            f"{self.method} {self.path} {self.status} {self.duration_ms} ms"
            f" view={self.view or '-'} subject={self.subject or '-'}"
        )


@contextmanager
def request_under_way(request_id: str) -> Iterator[None]:
    """Name the request of the lines that are logged in this block."""
    before = _under_way.set(request_id)
    try:
        yield
    finally:
        _under_way.reset(before)


class _StampRequest(logging.Filter):
    """Write the request's id on each record: a handler may format it in another thread."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, _REQUEST_ID):
            setattr(record, _REQUEST_ID, _under_way.get())
        return True


class TextLines(logging.Formatter):
    """The handler's own format, the request's id at the end of the first line."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """See :class:`logging.Formatter`."""
        text = self._inner.format(record)
        request_id = getattr(record, _REQUEST_ID, "")
        if not request_id:
            return text
        first, end, rest = text.partition("\n")
        return f"{first} request={request_id}{end}{rest}"


class JsonLines(logging.Formatter):
    """One JSON object a line: ``time level logger message``, and ``request_id``, ``exception`` and what a request's own
    line tells where there is any."""

    def format(self, record: logging.LogRecord) -> str:
        """See :class:`logging.Formatter`."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if getattr(record, _REQUEST_ID, ""):
            line["request_id"] = getattr(record, _REQUEST_ID)
        ended = getattr(record, ENDED, None)
        if isinstance(ended, EndedRequest):
            line.update(
                method=ended.method,
                path=ended.path,
                view=ended.view,
                status=ended.status,
                duration_ms=ended.duration_ms,
                subject=ended.subject,
            )
        if record.exc_info and not record.exc_text:
            record.exc_text = masked(self.formatException(record.exc_info))
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


def prepare_handlers(log_format: str = "") -> None:
    """Mask secrets and name the request on every handler that logging knows now; call it once logging is configured.

    :param log_format: ``json``, ``text``, or ``""`` to leave the formats as they are.
    """
    loggers = [logging.getLogger(), *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    for handler in {handler for one in loggers for handler in one.handlers}:
        if not any(isinstance(known, MaskSecrets) for known in handler.filters):
            handler.addFilter(MaskSecrets())
        if not any(isinstance(known, _StampRequest) for known in handler.filters):
            handler.addFilter(_StampRequest())
        former = handler.formatter or logging.Formatter()
        if log_format == "json":
            handler.setFormatter(JsonLines())
        elif log_format == "text" and not isinstance(former, TextLines):
            handler.setFormatter(TextLines(logging.Formatter() if isinstance(former, JsonLines) else former))

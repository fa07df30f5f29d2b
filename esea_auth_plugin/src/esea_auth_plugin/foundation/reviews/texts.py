"""What reviewers write (reasons, questions, internal notes) is sealed, bound to its request."""

from __future__ import annotations

from ...interfaces import ISealer
from ...pyramid_types import Source
from ...services import find

_PURPOSE = "review.text"


def sealed(source: Source, text: str, request_id: str) -> str:
    """Return what is stored of a text. :param source: a registry or a request."""
    return find(source, ISealer).seal_text(text, purpose=_PURPOSE, bound_to=request_id)


def opened(source: Source, stored: str, request_id: str) -> str:
    """Return a stored text. :param source: a registry or a request."""
    return find(source, ISealer).open_text(stored, purpose=_PURPOSE, bound_to=request_id)

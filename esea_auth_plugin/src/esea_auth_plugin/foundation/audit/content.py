"""What an event's digest is made of: one canonical text, so that the same content always proves the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from ..security.tokens import equal, salted_digest

#: Longest text in the details; what is longer is not a code or a reference.
MAX_TEXT_LENGTH = 200


class EventContent(Protocol):
    """The columns of an event, whether read as a model or as a plain row."""

    @property
    def id(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def action(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def actor(self) -> str | None: ...
    @property
    def target(self) -> str | None: ...
    @property
    def details(self) -> str: ...
    @property
    def personal_digest(self) -> str: ...
    @property
    def salt(self) -> str: ...


def canonical(values: Mapping[str, object]) -> str:
    """Return the one JSON text of a mapping."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(event: EventContent) -> str:
    """Return the salted digest of an event's content, its side row included by that row's own digest."""
    content = canonical(
        {
            "id": event.id,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "action": event.action,
            "outcome": event.outcome,
            "actor": event.actor,
            "target": event.target,
            "details": event.details,
            "personal": event.personal_digest,
        }
    )
    return salted_digest(bytes.fromhex(event.salt), content.encode())


def has_digest(event: EventContent, digest: str) -> bool:
    """Tell whether a digest is that of an event, whatever somebody stored in its columns."""
    try:
        return equal(digest, digest_of(event))
    except (AttributeError, TypeError, ValueError):
        return False


def personal_digest_of(clear: bytes) -> str:
    """Return the digest of a side row's clear bytes; its salt lies inside them, and is erased with them."""
    return salted_digest(bytes.fromhex(json.loads(clear)["salt"]), clear)


def checked_details(details: Mapping[str, object], *, strict: bool) -> dict[str, object]:
    """Return details fit for a row that is never changed: scalars and lists of them, short, nothing personal.

    :param strict: raise instead of shortening (development and tests): who writes a sentence, a name or a mail address
        there has taken the wrong parameter.
    :raises ValueError: see ``strict``.
    """
    return {str(key): _checked(key, value, strict) for key, value in details.items()}


def _checked(key: str, value: object, strict: bool) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_checked(key, item, strict) for item in items]
    text = str(value)
    if strict and (len(text) > MAX_TEXT_LENGTH or "@" in text):
        raise ValueError(f"details hold codes and references only; « {key} » belongs in personal")
    return text[:MAX_TEXT_LENGTH]

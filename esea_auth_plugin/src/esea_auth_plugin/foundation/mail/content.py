"""Recipient and values of an email, as they lie in the outbox: sealed, bound to their row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ...interfaces import ISealer
from ...normalise.emails import normalise_email
from ...pyramid_types import JsonObject

_RECIPIENT = "mail.recipient"
_VALUES = "mail.values"


def seal_recipient(sealer: ISealer, address: str, *, row: str) -> str:
    """Return the sealed address of a row."""
    return sealer.seal(address.encode(), purpose=_RECIPIENT, bound_to=row)


def recipient_digests(sealer: ISealer, address: str) -> tuple[str, ...]:
    """Return the keyed hashes of an address: the first is stored, all are looked up."""
    return sealer.digests(normalise_email(address), purpose=_RECIPIENT)


def open_recipient(sealer: ISealer, sealed: str, *, row: str) -> str:
    """Return the address of a row."""
    return sealer.open(sealed, purpose=_RECIPIENT, bound_to=row).decode()


def seal_values(sealer: ISealer, values: Mapping[str, object], *, row: str) -> str:
    """Return the sealed values of a row. Days and moments may stand among them."""
    return sealer.seal(json.dumps(dict(values), default=_tagged).encode(), purpose=_VALUES, bound_to=row)


def open_values(sealer: ISealer, sealed: str, *, row: str) -> JsonObject:
    """Return the values of a row."""
    found = json.loads(sealer.open(sealed, purpose=_VALUES, bound_to=row), object_hook=_untagged)
    return dict(found)


def _tagged(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    raise TypeError(f"a letter's values are JSON, days and moments, not {type(value).__name__}")


def _untagged(found: JsonObject) -> Any:
    if set(found) == {"$moment"}:
        return datetime.fromisoformat(found["$moment"])
    if set(found) == {"$day"}:
        return date.fromisoformat(found["$day"])
    return found

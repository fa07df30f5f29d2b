"""The code of a request, as it stands in the QR code and as people type it, and the number that joins two screens."""

from __future__ import annotations

from ...foundation.security import tokens
from ...normalise.codes import code_emails, compact, is_digits

#: Groups of four characters: 40 bits that live 90 seconds, 60 that live five minutes.
GROUPS = {"sign_in": 2, "enrolment": 3}
_PREFIX = "QR"
_MAX_TYPED_LENGTH = 40


def new(kind: str) -> str:
    """Return a code, e.g. ``7K3M-Q2XF``; its emails can't be misread (I, L and O are not among them)."""
    return tokens.new_reference(_PREFIX, groups=GROUPS[kind]).removeprefix(f"{_PREFIX}-")


def read(typed: str) -> str | None:
    """Return a typed code as it is written: case, spaces, dashes, and I, L, O forgiven. ``None``: it can't be one."""
    emails = code_emails(typed[:_MAX_TYPED_LENGTH])
    for groups in GROUPS.values():
        if len(emails) == 4 * groups:
            found = tokens.read_reference(emails, prefix=_PREFIX, groups=groups)
            return found.removeprefix(f"{_PREFIX}-") if found else None
    return None


def read_number(typed: str) -> str | None:
    """Return a typed number of two digits, spaces forgiven; ``None``: it can't be one, which is no try at it."""
    number = compact(typed[:16])
    return number if is_digits(number, 2) else None

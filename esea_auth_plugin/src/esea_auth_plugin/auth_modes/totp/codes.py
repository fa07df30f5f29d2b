"""Time-based codes by themselves (RFC 6238): which step a typed code belongs to. No row, no clock of its own.

A key has 160 bits, a code six digits, a step 30 seconds; SHA-1, since applications ignore what else an address asks.
"""

from __future__ import annotations

import base64
from datetime import datetime

from pyotp import TOTP

from ...foundation.security import tokens
from ...normalise.codes import compact

DIGITS = 6
SECONDS = 30
#: Steps accepted on each side of the one that is due: what a slow typist and a network need (RFC 6238, 5.2).
WINDOW = 1
#: A clock further away is not followed: each step that is remembered widens what an overheard code is good for.
MAX_DRIFT = 2


def new_key() -> str:
    """Return a new key of 160 bits, in base 32 (RFC 4226 R6: as long as the hash)."""
    return base64.b32encode(tokens.new_seed()).decode()


def step_at(moment: datetime) -> int:
    """Return the number of the step that holds this moment."""
    return int(moment.timestamp()) // SECONDS


def code_of(key: str, step: int) -> str:
    """Return the code of a step."""
    return TOTP(key, digits=DIGITS, interval=SECONDS).generate_otp(step)


def matching_step(key: str, typed: str, at: datetime, *, drift: int = 0, after: int = -1) -> int | None:
    """Return the step whose code was typed, ``None`` if none that may be accepted now.

    :param typed: as the person typed it; the one normaliser is applied here, for enrolment and sign-in alike.
    :param drift: steps by which this application's clock is known to be ahead. :param after: last step that was
        accepted: it and everything before it are refused, by whatever spelling they come.
    """
    code = compact(typed)
    due = step_at(at) + drift
    found = None
    # Every candidate is computed and compared: the time tells nothing of which one it was.
    for step in range(due - WINDOW, due + WINDOW + 1):
        same = tokens.equal(code_of(key, step), code)
        if same and step > after and found is None:
            found = step
    return found


def measured_drift(step: int, at: datetime) -> int:
    """Return how many steps the application is ahead of us, within what is followed."""
    return max(-MAX_DRIFT, min(MAX_DRIFT, step - step_at(at)))


def address_of(key: str, *, account: str, issuer: str) -> str:
    """Return the ``otpauth:`` address that applications read; issuer and account are encoded by pyotp."""
    return TOTP(key, digits=DIGITS, interval=SECONDS).provisioning_uri(name=account, issuer_name=issuer)


def grouped(key: str) -> str:
    """Return a key as people type it: groups of four emails."""
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4))

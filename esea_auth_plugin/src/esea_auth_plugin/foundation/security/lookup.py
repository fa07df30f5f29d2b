"""Codes that lie in a drawer for years: made, spelled, and hashed so that they can be looked up (ASVS 6.5.2).

One slow salted hash (argon2id, the salt of their sheet) finds which of ten codes was typed; a keyed hash over it makes
a stolen table worthless without the portal's keys, however cheap argon2 may have become by then.
"""

from __future__ import annotations

import secrets

from argon2.low_level import Type, hash_secret_raw

from ...interfaces import ISealer
from ...normalise.codes import base32_letters
from ..database.guard import refuse_open_transaction
from . import tokens
from .passwords import HashCost

#: 16 letters of 5 bits: 80 bits (the least allowed here is 64).
EMAILS = 16
_GROUP = 4


def new_lookup_code() -> str:
    """Return a random code as it is printed: ``7K3M-Q2XF-9ABC-D0EF``."""
    emails = "".join(secrets.choice(tokens.ALPHABET) for _ in range(EMAILS))
    return "-".join(emails[i : i + _GROUP] for i in range(0, EMAILS, _GROUP))


def new_salt_text() -> str:
    """Return 128 random bits as text, the salt of one sheet."""
    return tokens.new_salt().hex()


def lookup_digests(
    sealer: ISealer, code: str, *, salt: str, cost: HashCost, purpose: str, bound_to: str
) -> tuple[str, ...]:
    """Return the digests of a code, newest key first: store the first, look up any. Never in a transaction.

    :param salt: of the sheet, see :func:`new_salt_text`. :param bound_to: the sheet's row id.
    """
    refuse_open_transaction("hashing a recovery code")
    raw = hash_secret_raw(
        base32_letters(code[:128]).encode(),
        bytes.fromhex(salt),
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=32,
        type=Type.ID,
    )
    return sealer.digests(f"{bound_to}\0{raw.hex()}", purpose=purpose)

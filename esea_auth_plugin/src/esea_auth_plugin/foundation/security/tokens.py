"""Random secrets, what is stored of them, and how they are compared.

A token has enough entropy (128 bits at least) for a plain SHA-256 at rest. A code of a few digits has not: whoever
reads the table would try them all, so it is stored as a keyed hash bound to what it belongs to (:func:`code_digest`,
ASVS 6.5.2).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from ...interfaces import ISealer
from ...normalise.codes import code_emails, compact, read_misread

#: ASVS 7.2.3, threat-model.md row 5: nothing that opens a door by itself is shorter.
MIN_BITS = 128

#: Crockford's base 32: no I, L, O or U, so nothing is misread or spells a word by chance.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_token(bits: int = 256) -> str:
    """Return a random token for an address, a cookie or a mail: URL-safe text.

    :raises ValueError: fewer than 128 bits were asked for.
    """
    if bits < MIN_BITS:
        raise ValueError(f"a token has {MIN_BITS} bits or more")
    return secrets.token_urlsafe((bits + 7) // 8)


def digest(token: str, *, kind: str = "") -> str:
    """Return what is stored of a token: SHA-256, 64 hex characters.

    :param kind: name of the key space (``session``, ``confirmation``…). Given, it makes a token of one kind worthless
        as another even if a table were shared (threat-model.md row 19).
    """
    return hashlib.sha256(f"{kind}\0{token}".encode() if kind else token.encode()).hexdigest()


def new_code(digits: int = 6) -> str:
    """Return a random code of decimal digits, leading zeros kept (NIST 800-63B: six or more for out-of-band)."""
    if digits < 6:
        raise ValueError("a code has 6 digits or more")
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def new_pairing_number() -> str:
    """Return two random digits that one screen shows and a person types on another.

    They tie two screens together and are no secret: whoever accepts them allows one try.
    """
    return f"{secrets.randbelow(100):02d}"


def code_digest(sealer: ISealer, code: str, *, purpose: str, bound_to: str) -> tuple[str, ...]:
    """Return the keyed hashes of a code, newest key first: store the first, accept any at the check.

    :param purpose: key space, e.g. ``mail_code``. :param bound_to: row id of the sign-in (or other act) it belongs to,
        which also salts it: the same code never shows the same hash twice.
    """
    return sealer.digests(f"{bound_to}\0{compact(code)}", purpose=purpose)


def equal(left: str, right: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())


def among(value: str, candidates: tuple[str, ...]) -> bool:
    """Tell whether a secret equals one of several; all are compared."""
    found = False
    for candidate in candidates:
        found |= equal(value, candidate)
    return found


def new_reference(prefix: str = "DEM", *, groups: int = 2) -> str:
    """Return a reference to read out on the phone, e.g. ``DEM-7K3M-Q2XF`` (40 bits; a name, not a secret)."""
    parts = ["".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(groups)]
    return "-".join([prefix, *parts])


def read_reference(typed: str, *, prefix: str = "DEM", groups: int = 2) -> str | None:
    """Return the reference somebody typed, in its written form: case, spaces, dashes and I, L, O forgiven.

    The prefix may be left out. ``None`` if it can't be a reference.
    """
    emails = code_emails(typed[:64])
    length = 4 * groups
    body = read_misread(emails[-length:])
    if emails[:-length] not in {"", prefix} or len(body) != length or not set(body) <= set(ALPHABET):
        return None
    return "-".join([prefix, *(body[i : i + 4] for i in range(0, length, 4))])


def new_seed() -> bytes:
    """Return 160 random bits, the key of a device that computes codes (RFC 4226 R6)."""
    return secrets.token_bytes(20)


def new_salt() -> bytes:
    """Return 128 random bits for a salted digest (ANSSI PG-078 R28)."""
    return secrets.token_bytes(16)


def salted_digest(salt: bytes, content: bytes) -> str:
    """Return HMAC-SHA256 of a content under its salt (hex).

    Once the salt is erased the digest proves nothing about a guessed content; while it lasts, it proves the content.
    """
    return hmac.new(salt, content, hashlib.sha256).hexdigest()


def chained_digest(previous: str, *parts: str) -> str:
    """Return SHA-256 (hex) over a chain's previous link and this link's parts, unambiguously joined."""
    return hashlib.sha256("\n".join([previous, *parts]).encode()).hexdigest()

"""How names, e-mails and identifiers are compared: one normal form each, used for storing and for searching."""

from __future__ import annotations

import contextlib
import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})
_IDENTIFIER = re.compile(r"[a-z0-9]+(?:\.[a-z0-9]+)*")
IDENTIFIER_LEAST, IDENTIFIER_MOST = 3, 40


def fold(text: str) -> str:
    """Return ``text`` without accents and case, blanks made single: « Hélène  LŒB » is « helene loeb »."""
    # Compatibility forms first: « 𝕬 » has no lower case of its own, the « A » it stands for has.
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LIGATURES)
    decomposed = unicodedata.normalize("NFKD", plain)
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())


def person_key(last_name: str, first_name: str, birthday: str) -> str:
    """Return what two sign-ups of one person have in common, to be hashed with a key; ``birthday`` is ``MM-DD``."""
    parts = (re.sub(r"[^a-z0-9]", "", fold(part)) for part in (last_name, first_name))
    return "|".join((*parts, birthday))


def normalise_email(text: str) -> str:
    """Return the form by which an address is unique: no blanks around, lower case, the domain in ASCII (IDNA)."""
    local, _, domain = unicodedata.normalize("NFC", text.strip()).casefold().rpartition("@")
    with contextlib.suppress(UnicodeError):  # not a domain at all: it will match nobody
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}" if local else domain


def domain_of(email: str) -> str:
    """Return what stands behind the « @ » of a normalised address; ``""`` for a text without one."""
    return email.rpartition("@")[2] if "@" in email else ""


def normalise_identifier(text: str) -> str:
    """Return an identifier as stored: lower case, no blanks around."""
    return text.strip().lower()


def identifier_is_well_formed(identifier: str) -> bool:
    """Tell whether it has only ``[a-z0-9.]``, begins and ends with a letter or digit, and a bearable length."""
    return IDENTIFIER_LEAST <= len(identifier) <= IDENTIFIER_MOST and _IDENTIFIER.fullmatch(identifier) is not None


def identifier_from_name(first_name: str, last_name: str) -> str:
    """Return the identifier proposed for a name: « Anne Pierre » gives ``anne.pierre``."""
    parts = (re.sub(r"[^a-z0-9]", "", fold(part)) for part in (first_name, last_name))
    base = ".".join(filter(None, parts))[: IDENTIFIER_MOST - 4].strip(".")
    return base if len(base) >= IDENTIFIER_LEAST else f"{base or 'compte'}.esea"

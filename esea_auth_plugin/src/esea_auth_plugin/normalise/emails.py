"""E-mail addresses: the form that is stored and written to, and the key by which an address is unique.

Domains follow IDNA 2008 (RFC 5891) after the mapping of UTS 46, non-transitional: ``straße.fr`` and ``strasse.fr`` are
two domains. They are stored as A-labels, so that a look-alike domain shows as what it is. The local part is ASCII:
many hospitals' servers do not take SMTPUTF8 (RFC 6531).
"""

from __future__ import annotations

import re

import idna

from .characters import composed, stripped

#: RFC 5321, 4.5.3.1: octets of the local part, and of the whole address between « < » and « > ».
MAX_LOCAL, MAX_ADDRESS = 64, 254
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_AT = "\uff20\ufe6b"


class BadDomain(ValueError):
    """The text is no domain name that may stand in an address."""


def domain_to_ascii(domain: str) -> str:
    """Return a domain in lower-case ASCII, international labels as A-labels (``xn--…``), no dot at its end.

    :raises BadDomain: it has no valid form under IDNA 2008, or is too long.
    """
    text = domain.strip().removesuffix(".")
    if len(text) > 253:  # the library's work grows with the square of the length
        raise BadDomain
    if text.isascii():
        labels = text.lower().split(".")
        if not all(_LABEL.fullmatch(label) for label in labels):
            raise BadDomain
        if not any(label.startswith("xn--") for label in labels):
            return ".".join(labels)
    try:
        found = idna.encode(text, uts46=True, transitional=False, std3_rules=True).decode("ascii").removesuffix(".")
    except (UnicodeError, IndexError) as error:  # the library's own errors are UnicodeErrors
        raise BadDomain from error
    if len(found) > 253 or not all(_LABEL.fullmatch(label) for label in found.split(".")):
        raise BadDomain
    return found


def mailbox_of(text: str) -> tuple[str, str]:
    """Return local part and domain as typed, without blanks or invisible characters around the address."""
    plain = "".join("@" if char in _AT else char for char in composed(stripped(text)))
    local, _, domain = plain.rpartition("@")
    return local, domain


def normalise_email(text: str) -> str:
    """Return the key by which an address is unique: lower case, its domain as A-labels.

    A text that is no address gets a key too, which matches nobody's.
    """
    local, domain = map(stripped, mailbox_of(text))
    try:
        domain = domain_to_ascii(domain)
    except BadDomain:
        domain = composed(domain.lower())
    local = composed(local.lower())
    return f"{local}@{domain}" if local else domain


def domain_of(email: str) -> str:
    """Return what stands behind the « @ » of a normalised address; ``""`` for a text without one."""
    return email.rpartition("@")[2] if "@" in email else ""

"""What can be seen of a mail domain from outside: plain values, without network or database."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class Mail(enum.StrEnum):
    """Whether a domain takes mail."""

    TAKES = "takes"
    NONE = "none"  # it does not exist, has no host for mail, or says that it takes none (RFC 7505)
    UNKNOWN = "unknown"  # nobody answered; it proves nothing


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a domain.

    :ivar name_servers: hosts that answer for its zone, lower case; empty when unknown.
    :ivar mail_servers: its MX hosts.
    :ivar registered_at: when its present registration began, as its registry says; ``None``: nobody says.
    :ivar leaving: the registry is giving it up (redemption period, pending delete).
    :ivar problem: code of what could not be asked, for the support's page; ``""`` without.
    """

    mail: Mail
    name_servers: frozenset[str] = frozenset()
    mail_servers: frozenset[str] = frozenset()
    registered_at: datetime | None = None
    leaving: bool = False
    problem: str = ""


#: Set aside for private networks, tests and books (RFC 2606, 6761, 6762, 9476): nobody can buy them.
_NEVER_SOLD = frozenset({"test", "example", "invalid", "localhost", "local", "internal", "onion", "alt"})
_BOOKS = ("example.com", "example.net", "example.org")


def can_be_bought(domain: str) -> bool:
    """Tell whether a domain can change hands at all."""
    ending = domain.rpartition(".")[2]
    if "." not in domain or ending in _NEVER_SOLD:
        return False
    return not any(domain == book or domain.endswith(f".{book}") for book in _BOOKS)

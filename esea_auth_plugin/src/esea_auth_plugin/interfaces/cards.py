"""Reading CPS cards: where it is done, what becomes of a card, and the revocation lists behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from ..pyramid_types import PortalRequest
from .identities import ExternalIdentity


@dataclass(frozen=True, slots=True)
class CardRefusal:
    """Why a card does not let in, in French; ``code`` is stable, ``status`` is that of the page that tells it."""

    code: str
    title: str
    text: str
    advice: str
    status: int = 403


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """What becomes of a card: an address at the portal to go on to, or why there is none."""

    location: str = ""
    refusal: CardRefusal | None = None


class ICardReader(Protocol):
    """Where the browser goes for its card to be read: the card host, unless somebody publishes a stand-in."""

    def reading(self, state: str) -> str:
        """Return the address that reads the card for the sign-in that ``state`` names."""

    def diagnosis(self) -> str:
        """Return the address that tries the card and says what it finds."""


class ICardService(Protocol):
    """Judges cards, and hands what they say over to the portal by a one-time ticket."""

    def insert(self, request: PortalRequest, der: bytes | None, state: str) -> CardAnswer:
        """Take a certificate (``None``: no card) for the sign-in that ``state`` names, or for a diagnosis (``""``).

        Call it in a request that may write, before its transaction is used.
        """

    def identity(self, der: bytes) -> ExternalIdentity | None:
        """Return whom a certificate names, judged now; ``None`` when it does not let in."""


@dataclass(frozen=True, slots=True)
class ListStatus:
    """Where the revocation list of an authority stands.

    :ivar age: ``None`` when there is no list. :ivar stale: too old to be believed, or missing.
    """

    authority: str
    age: timedelta | None
    stale: bool


class IRevocationLists(Protocol):
    """The revocation lists that the portal judges cards by; published only where cards are accepted."""

    def statuses(self) -> Sequence[ListStatus]:
        """Return where each list stands now."""

"""Where a card is read: the card host, unless something stands in for it (the demo's reader)."""

from __future__ import annotations

from urllib.parse import urlencode

from ...interfaces import ICardReader
from ...pyramid_types import Registry
from ...services import find, offers
from .settings import CardSettings

READ, DIAGNOSE = "lire", "diagnostic"


class CardHost:
    """The card host of ``esea_auth.cps_card.url``."""

    def __init__(self, url: str) -> None:
        self._url = url

    def reading(self, state: str) -> str:
        """See the interface."""
        return f"{self._url}/{READ}?{urlencode({'state': state})}"

    def diagnosis(self) -> str:
        """See the interface."""
        return f"{self._url}/{DIAGNOSE}"


def reader_of(registry: Registry) -> ICardReader:
    """Return the reader of this portal."""
    if offers(registry, ICardReader):
        return find(registry, ICardReader)
    return CardHost(find(registry, CardSettings).url)

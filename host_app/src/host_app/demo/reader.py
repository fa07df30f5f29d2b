"""The simulated card reader of the demo, `/demo/lecteur`: it stands in for the card host.

It offers the fictional cards by their certificates; what it reads goes through the very parsing and trust of a real
card. No key and no code is asked for: that is the part of a card that a page can't simulate.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from esea_auth_plugin.interfaces import PortalSettings
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.resources import Resource
from esea_auth_plugin.services import find

from .cards import BY_SLUG

PATH = "/demo/lecteur"


class CardReaderResource(Resource):
    """`/demo/lecteur`."""

    title = "Lecteur de carte simulé"


class DemoReader:
    """:class:`~esea_auth_plugin.interfaces.ICardReader` of the demo."""

    def __init__(self, registry: Registry) -> None:
        self._url = find(registry, PortalSettings).url

    def reading(self, state: str) -> str:
        """Return the reader's address for a sign-in."""
        return f"{self._url}{PATH}?{urlencode({'state': state})}"

    def diagnosis(self) -> str:
        """Return the reader's address for a test."""
        return f"{self._url}{PATH}"


class DemoCards:
    """The certificates of the fictional cards, on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def der(self, slug: str) -> bytes | None:
        """Return a card's certificate, ``None`` for no card."""
        return (self._folder / "cartes" / f"{slug}.der").read_bytes() if slug in BY_SLUG else None

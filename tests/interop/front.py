"""A real nginx in front of the application under test, configured as shipped; and the fictional cards."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.serving import Door

from host_app.demo.tls import Location, Nginx, proxy_secret


@dataclass(frozen=True)
class Front:
    """What the ``front`` fixture gives.

    :ivar cards: folder of the cards, ``SLUG.p12`` and so on. :ivar authority: signed the two hosts' certificates.
    """

    place: Location
    nginx: Nginx
    door: Door
    cards: Path
    authority: Path

    @property
    def portal(self) -> str:
        """The portal's origin."""
        return self.place.portal_url

    @property
    def card_host(self) -> str:
        """The card host's origin."""
        return self.place.card_url

    @property
    def secret(self) -> str:
        """What nginx proves itself with."""
        return proxy_secret(self.place.folder)

    def log(self, name: str) -> str:
        """Return what nginx logged so far under ``log/NAME``."""
        return (self.place.folder / "log" / name).read_text(encoding="utf-8")


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer, as an application would see them, with the headers that came through the proxy."""
    seen = {name: value for name, value in environ.items() if isinstance(value, str)}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]

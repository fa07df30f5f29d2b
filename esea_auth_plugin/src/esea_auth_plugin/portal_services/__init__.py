"""Business services: the catalogue, who may open what, and the requests for access (`/services`)."""

from __future__ import annotations

from typing import Any


def includeme(config: Any) -> None:
    """Wire the room."""
    config.include(".loading")

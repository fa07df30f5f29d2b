"""The home page: the way in, the services, the news."""

from __future__ import annotations

from typing import Any


def includeme(config: Any) -> None:
    """Scan the page."""
    config.scan(f"{__name__}.views")

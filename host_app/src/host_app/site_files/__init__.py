"""``/robots.txt`` and ``/favicon.ico``, which robots and browsers ask every site for."""

from __future__ import annotations

from typing import Any


def includeme(config: Any) -> None:
    """Declare the two fixed addresses."""
    config.add_route("robots", "/robots.txt")
    config.add_route("favicon", "/favicon.ico")
    config.scan(f"{__name__}.views")

"""Error pages of this portal: those of the plugin are used as they are.

A host changes their look by overriding ``esea_auth_plugin:layout/templates/error.jinja2`` here.
"""

from __future__ import annotations

from typing import Any


def includeme(config: Any) -> None:
    """Nothing to change in this portal."""

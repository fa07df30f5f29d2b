"""Recovery under `/connexion/oubli`: forgotten password, forgotten identifier, lost mailbox."""

from __future__ import annotations

from typing import Any


def includeme(config: Any) -> None:
    """Wire the room."""

"""How our own column types are written in a revision: as plain SQLAlchemy, so that it stays true when we change."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import TypeDecorator


def render_item(kind: str, item: object, context: object) -> str | Literal[False]:
    """Return the source of an item, or ``False`` to let Alembic write it."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False

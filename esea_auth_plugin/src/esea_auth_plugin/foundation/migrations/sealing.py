"""For revisions that seal what was stored in clear: they run with the portal's keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ...interfaces import ISealer
from ...services import find


def seal_column(table: str, column: str, *, key: str, bound_to: str, purpose: str, undo: bool = False) -> None:
    """Seal the texts of a column, each bound to the value of another column of its row.

    :param key: column that identifies a row. :param undo: open them again (downgrade).
    """
    rows = sa.table(table, *(sa.column(name) for name in {column, key, bound_to}))
    connection = op.get_bind()
    clear = connection.execute(sa.select(rows.c[key], rows.c[bound_to], rows.c[column]).where(rows.c[column] != ""))
    found = clear.all()
    if not found:
        return
    config = op.get_context().config
    assert config is not None  # noqa: S101 - the runner gives it
    sealer = find(config.attributes["registry"], ISealer)
    change = sealer.open_text if undo else sealer.seal_text
    for row_key, bound, text in found:
        value = change(text, purpose=purpose, bound_to=str(bound))
        connection.execute(sa.update(rows).where(rows.c[key] == row_key).values({column: value}))

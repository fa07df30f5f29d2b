"""Erases what every table keeps of a person by their subject, save the tables that say why they keep it.

Erasing is the default, as refusing is for permissions: a table that is added later and names a ``subject`` is erased
without anybody having to think of it. One that must stay for a stated period says so:
``__table_args__ = ({"info": {KEPT: "why, and until when"}},)``.
"""

from __future__ import annotations

from sqlalchemy import MetaData, delete
from sqlalchemy.orm import Session

#: Key of ``Table.info``: the reason for which rows stay after their person's erasure.
RETENTION = "kept_after_erasure"


def erase_subject(session: Session, metadata: MetaData, subject: str) -> int:
    """Delete the person's rows from every table that has a column ``subject``; return how many tables were asked.

    Rows that hang on them go by their foreign keys.
    """
    tables = [
        table
        for table in reversed(metadata.sorted_tables)
        if "subject" in table.columns and RETENTION not in table.info
    ]
    for table in tables:
        session.execute(delete(table).where(table.c.subject == subject))
    return len(tables)

"""Counts the SQL statements an engine runs, to hold pages to their budget."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import event
from sqlalchemy.engine import Engine

#: Statements that open, tune or close a transaction are no work of a page.
_NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET ", "SHOW ")


@dataclass
class Queries:
    """The statements seen, in order."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)

    def __str__(self) -> str:
        return "\n".join(f"{number:3}. {' '.join(text.split())}" for number, text in enumerate(self.statements, 1))


@contextmanager
def count_queries(target: Engine | type[Engine] = Engine) -> Iterator[Queries]:
    """Collect the statements of one engine (by default of all) while the block runs."""
    queries = Queries()

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.lstrip().upper().startswith(_NOT_COUNTED):
            queries.statements.append(statement)

    event.listen(target, "before_cursor_execute", note)
    try:
        yield queries
    finally:
        event.remove(target, "before_cursor_execute", note)

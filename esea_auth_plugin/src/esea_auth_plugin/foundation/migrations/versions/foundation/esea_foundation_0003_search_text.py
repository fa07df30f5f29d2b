"""Search texts of requests, folded by the one folder of texts."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from esea_auth_plugin.normalise.folding import fold_words

revision: str = "esea_foundation_0003"
down_revision: str | Sequence[str] | None = "esea_foundation_0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_REQUEST = sa.table("esea_request", sa.column("id"), sa.column("sort_title"), sa.column("search_text"))


def upgrade() -> None:
    """Fold what is stored once more: the former folder only left letters as they were (« Œ », « ı »)."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(_REQUEST)).all():
        values = {"sort_title": fold_words(row.sort_title)[:200], "search_text": fold_words(row.search_text)[:800]}
        if (row.sort_title, row.search_text) != (values["sort_title"], values["search_text"]):
            connection.execute(sa.update(_REQUEST).where(_REQUEST.c.id == row.id).values(**values))


def downgrade() -> None:
    """Nothing to take back: the former search finds these texts too."""

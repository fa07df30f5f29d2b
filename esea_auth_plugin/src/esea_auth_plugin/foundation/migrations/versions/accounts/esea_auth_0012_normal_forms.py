"""Normal forms of what accounts hold: keys of e-mails, search texts, telephone numbers, keyed digests of names."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import sqlalchemy as sa
from alembic import op

from esea_auth_plugin.normalise.emails import domain_of, normalise_email
from esea_auth_plugin.normalise.folding import fold_words
from esea_auth_plugin.normalise.phones import BadPhone, normalise_phone

revision: str = "esea_auth_0012"
down_revision: str | Sequence[str] | None = "esea_auth_0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ACCOUNT = sa.table(
    "esea_account", *map(sa.column, ("id", "identifier", "email", "email_typed", "email_domain", "search"))
)
_ATTRIBUTE = sa.table("esea_identity_attribute", *map(sa.column, ("id", "account_id", "name", "value", "digest")))
_SIGN_UP = sa.table("esea_sign_up", *map(sa.column, ("id", "answers", "email_digest")))


def upgrade() -> None:
    """Write them again. Keyed digests need the keys: they are emptied here, and the worker's jobs fill them."""
    connection = op.get_bind()
    names = _names(connection)
    _accounts(connection, names)
    _phones(connection)
    changed = [account for account, said in names.items() if not "".join(said.values()).isascii()]
    for account in changed:
        birthday = (_ATTRIBUTE.c.account_id == account) & (_ATTRIBUTE.c.name == "birthday")
        connection.execute(sa.update(_ATTRIBUTE).where(birthday).values(digest=None))
    connection.execute(sa.update(_SIGN_UP).where(_SIGN_UP.c.answers.is_not(None)).values(email_digest=""))


def _names(connection: sa.Connection) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(sa.select(_ATTRIBUTE).where(_ATTRIBUTE.c.name.in_(("first_name", "last_name")))):
        found.setdefault(row.account_id, {})[row.name] = row.value or ""
    return found


def _accounts(connection: sa.Connection, names: dict[str, dict[str, str]]) -> None:
    rows = connection.execute(sa.select(_ACCOUNT)).all()
    taken = {row.email for row in rows}
    for row in rows:
        email = normalise_email(row.email_typed)
        # A key that another account holds already stays as it is: nobody is merged by a migration.
        email = email if email not in taken - {row.email} else row.email
        taken = taken - {row.email} | {email}
        said = names.get(row.id, {})
        words = f"{said.get('first_name', '')} {said.get('last_name', '')} {row.identifier or ''} {email}"
        connection.execute(
            sa.update(_ACCOUNT)
            .where(_ACCOUNT.c.id == row.id)
            .values(email=email, email_domain=domain_of(email), search=fold_words(words))
        )


def _phones(connection: sa.Connection) -> None:
    """Numbers of overseas plans that stand under +33 get the country code they belong to."""
    for row in connection.execute(
        sa.select(_ATTRIBUTE).where(_ATTRIBUTE.c.name.in_(("phone", "mobile", "fax")), _ATTRIBUTE.c.value.is_not(None))
    ).all():
        with suppress(BadPhone):
            number = normalise_phone(row.value)
            if number != row.value:
                connection.execute(sa.update(_ATTRIBUTE).where(_ATTRIBUTE.c.id == row.id).values(value=number))


def downgrade() -> None:
    """Nothing to take back: the former code reads these values too."""

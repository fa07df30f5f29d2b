"""Secrets that work once: issued, looked up, redeemed, revoked and pruned in one way.

A package keeps its secrets in a table of its own whose model takes the columns of :class:`SingleUseSecret`, or of
:class:`AccountSecret` when an account owns them. It describes them by one :class:`SingleUse` and declares that with
``config.add_single_use``: then one job prunes them, and ``foundation.revocation.end_everything`` ends them.

- The secret has 256 bits and exists only where it is sent; the table holds its hash, bound to the purpose.
- To redeem is one conditional ``UPDATE … RETURNING``: of any number of attempts at one moment, one gets the row.
- The end is compared at each use with the injected clock; nothing waits for the job.
- A code of a few digits (:class:`ShortCodes`) is stored as a keyed hash, and each answer is counted before it is
  compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..interfaces import ISealer
from ..pyramid_types import Configurator, Registry, RegistryStore, Source
from ..services import current_time, find
from .database import IDatabase, lock_accounts, new_id
from .security import tokens


class SingleUseSecret:
    """Columns of a secret that works once.

    :ivar digest: hash of the secret. :ivar ends_at: it is worth nothing from then on. :ivar used_at: when it was
        redeemed. :ivar replaced_at: when it was revoked, or another one took its place.
    """

    digest: Mapped[str] = mapped_column(String(64), unique=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]

    if TYPE_CHECKING:

        def __init__(self, **values: object) -> None: ...


class AccountSecret(SingleUseSecret):
    """Columns of a secret that an account owns; it is written under the lock of that account."""

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    created_at: Mapped[datetime]


Row = TypeVar("Row", bound=SingleUseSecret)
OwnedRow = TypeVar("OwnedRow", bound=AccountSecret)


@dataclass(frozen=True)
class SingleUse(Generic[Row]):
    """The secrets of one purpose, in one table.

    :ivar model: of the table. :ivar purpose: key space of the hash: a secret of one purpose is worthless as another,
        even if a table were shared (threat-model.md row 19). :ivar retention: how long rows stay after their end, to
        tell « déjà utilisé » from « inconnu ».
    """

    model: type[Row]
    purpose: str
    retention: timedelta = timedelta(hours=1)

    def issue(self, source: Source, session: Session, lifetime: timedelta, **values: object) -> tuple[str, Row]:
        """Store a secret; return it, for the person alone, and its row.

        :param values: further columns of the row.
        """
        return self.store(session, tokens.new_token(), current_time(source) + lifetime, **values)

    def store(self, session: Session, secret: str, ends_at: datetime, **values: object) -> tuple[str, Row]:
        """Store a secret that ``tokens.new_token`` made before."""
        row = self.model(digest=self.digest(secret), ends_at=ends_at, **values)
        session.add(row)
        session.flush()
        return secret, row

    def digest(self, secret: str | None) -> str:
        """Return what is stored of a secret."""
        return tokens.digest(secret or "", kind=self.purpose)

    def named(self, secret: str | None) -> ColumnElement[bool]:
        """Return the condition « the row of this secret », for the methods below."""
        return self.model.digest == self.digest(secret)

    def live(self, source: Source) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions under which a row may be used now."""
        model = self.model
        return model.used_at.is_(None), model.replaced_at.is_(None), model.ends_at > current_time(source)

    def find(self, session: Session, secret: str | None) -> Row | None:
        """Return the row of a secret, whatever became of it."""
        return session.scalar(select(self.model).where(self.named(secret)))

    def peek(
        self, source: Source, session: Session, which: ColumnElement[bool], *bound: ColumnElement[bool]
    ) -> Row | None:
        """Return the row if it may be used now; writes nothing."""
        return session.scalar(select(self.model).where(which, *bound, *self.live(source)))

    def redeem(
        self, source: Source, session: Session, which: ColumnElement[bool], *bound: ColumnElement[bool]
    ) -> Row | None:
        """Use a secret once and return its row; ``None``: it is used, revoked, over, unknown, or bound to another.

        :param which: the row, by its secret (:meth:`named`) or its id. :param bound: what it must be bound to.
        """
        redeemed = (
            update(self.model)
            .where(which, *bound, *self.live(source))
            .values(used_at=current_time(source))
            .returning(self.model)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        return session.scalar(redeemed)

    def revoke(self, source: Source, session: Session, which: ColumnElement[bool], *bound: ColumnElement[bool]) -> None:
        """End the secrets that were neither used nor revoked."""
        model = self.model
        revoked = update(model).where(which, *bound, model.used_at.is_(None), model.replaced_at.is_(None))
        session.execute(revoked.values(replaced_at=current_time(source)).execution_options(synchronize_session=False))

    def prune(self, session: Session, now: datetime) -> None:
        """Delete the rows whose retention is over."""
        session.execute(delete(self.model).where(self.model.ends_at < now - self.retention))


@dataclass(frozen=True)
class AccountSingleUse(SingleUse[OwnedRow]):
    """Secrets that accounts own, one at a time."""

    def issue_to(
        self, source: Source, session: Session, subject: str, lifetime: timedelta, **values: object
    ) -> tuple[str, OwnedRow]:
        """Store a secret of an account, in the place of its former ones; return it and its row."""
        self.revoke_all(source, session, subject)
        return self.issue(source, session, lifetime, subject=subject, created_at=current_time(source), **values)

    def redeem_of(self, source: Source, session: Session, secret_id: str, subject: str) -> OwnedRow | None:
        """Lock the account, then redeem the secret that :meth:`peek` or :meth:`find` found."""
        lock_accounts(source, session, subject)
        return self.redeem(source, session, self.model.id == secret_id, self.model.subject == subject)

    def redeem_owned(self, source: Source, session: Session, secret: str | None) -> OwnedRow | None:
        """Lock the account that owns a secret, then redeem it."""
        found = self.find(session, secret)
        return self.redeem_of(source, session, found.id, found.subject) if found is not None else None

    def revoke_all(self, source: Source, session: Session, subject: str, *bound: ColumnElement[bool]) -> None:
        """Lock the account, then end every secret of it that was not used."""
        lock_accounts(source, session, subject)
        self.revoke(source, session, self.model.subject == subject, *bound)


class ShortCode:
    """Columns of a code of a few digits. :ivar tries: answers so far, right and wrong."""

    code_digest: Mapped[str] = mapped_column(String(64))
    code_ends_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)


CodeRow = TypeVar("CodeRow", bound=ShortCode)


@dataclass(frozen=True)
class ShortCodes(Generic[CodeRow]):
    """Codes that a person types: six digits, hashed under a key of the portal, and few answers each.

    :ivar purpose: key space of the hash. :ivar retention: how long rows stay after their end.
    :ivar most: answers that one row allows.
    """

    model: type[CodeRow]
    purpose: str
    retention: timedelta = timedelta(hours=1)
    most: int = 5

    def new(self, source: Source, bound_to: str) -> tuple[str, str]:
        """Return a code as it is read out in a mail (``123 456``), and what is stored of it.

        :param bound_to: what the row is found by; the same code never shows the same hash twice.
        """
        code = tokens.new_code(6)
        return f"{code[:3]} {code[3:]}", self._digests(source, code, bound_to)[0]

    def count(self, session: Session, *which: ColumnElement[bool]) -> CodeRow | None:
        """Count an answer and return its row; ``None``: there is none, or it allows no more answers.

        One update, before anything is compared: 200 answers at the same moment are at most five comparisons.
        """
        counted = (
            update(self.model)
            .where(*which, self.model.tries < self.most)
            .values(tries=self.model.tries + 1)
            .returning(self.model)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        return session.scalar(counted)

    def right(self, source: Source, typed: str, bound_to: str, *stored: str) -> bool:
        """Tell whether what was typed is one of the codes that were stored."""
        candidates = self._digests(source, typed, bound_to)
        return any(tokens.among(each, candidates) for each in stored)

    def prune(self, session: Session, now: datetime) -> None:
        """Delete the rows whose retention is over."""
        session.execute(delete(self.model).where(self.model.code_ends_at < now - self.retention))

    def _digests(self, source: Source, code: str, bound_to: str) -> tuple[str, ...]:
        return tokens.code_digest(find(source, ISealer), code, purpose=self.purpose, bound_to=bound_to)


class _Secrets(Protocol):
    @property
    def purpose(self) -> str: ...

    def prune(self, session: Session, now: datetime) -> None: ...


_declared = RegistryStore("esea.single_use", dict[str, _Secrets])


def add_single_use(config: Configurator, secrets: _Secrets, *, revocable: str = "") -> None:
    """Declare secrets, so that the job prunes them.

    :param revocable: name of the kind by which ``end_everything`` ends those of an account; ``""`` if they stay.
    """
    if revocable:
        if not isinstance(secrets, AccountSingleUse):
            raise TypeError(f"no account owns the secrets of « {secrets.purpose} »")
        owned = secrets

        def end(session: Session, subject: str, kept: str) -> None:
            owned.revoke_all(config.registry, session, subject)

        config.add_revocable(revocable, end)
    config.action(("esea-single-use", secrets.purpose), lambda: _declared(config).__setitem__(secrets.purpose, secrets))


def prune(registry: Registry) -> None:
    """Job: delete the secrets of every kind whose retention is over."""
    for secrets in _declared(registry).values():
        with find(registry, IDatabase).writing() as session:
            secrets.prune(session, current_time(registry))


def includeme(config: Configurator) -> None:
    """Add the directive and the job."""
    config.add_directive("add_single_use", add_single_use)
    config.add_job("single_use.prune", prune, every=timedelta(hours=1))

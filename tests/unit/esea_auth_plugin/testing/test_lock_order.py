"""The recorder of locks sees transactions that break the order, and leaves those alone that keep it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from esea_auth_plugin.accounts.models import Account
from esea_auth_plugin.authentication.attempts.models import SignInRow
from esea_auth_plugin.foundation.database import lock_accounts, lost_lock
from esea_auth_plugin.foundation.sessions.models import SessionRow
from esea_auth_plugin.testing.lock_order import LockOrder
from esea_auth_plugin.testing.portal import Portal

pytestmark = pytest.mark.databases("sqlite", "postgresql")

Check = Callable[[Callable[[Session], object]], list[str]]


@pytest.fixture
def lock_order() -> Iterator[None]:
    """These tests break the order on purpose: the suite's own recorder is off."""
    return iter([None])


@pytest.fixture
def broken(portal: Portal) -> Check:
    """``broken(act)``: what the recorder says of a transaction that commits ``act``, as a service of the portal."""

    def check(act: Callable[[Session], object]) -> list[str]:
        with LockOrder().listening() as seen, portal.db.writing() as session:
            as_service(act)(session)
        return [line.splitlines()[0] for line in seen.broken]

    return check


def as_service(act: Callable[[Session], object]) -> Callable[[Session], object]:
    """Return the function as if a module of the portal held it: what tests write themselves is not judged."""
    assert isinstance(act, FunctionType)
    module = {**act.__globals__, "__name__": "esea_auth_plugin.some_service"}
    code = act.__code__.replace(co_filename="some_service.py")
    return FunctionType(code, module, act.__name__, act.__defaults__, act.__closure__)


def touch(subject: str) -> Any:
    return update(Account).where(Account.subject == subject).values(devices_held=1)


def end(subject: str) -> Any:
    return update(SessionRow).where(SessionRow.subject == subject).values(idle_seconds=1)


def test_the_sign_in_of_the_issue_locked_the_account_last(portal: Portal, broken: Check) -> None:
    """Issue 10, 1.4: it finished its own row, opened a session, and counted the devices of the account at the end."""
    anne = portal.person().subject

    def finishing(session: Session) -> None:
        session.execute(update(SignInRow).where(SignInRow.id == "one").values(stage="done"))
        session.execute(touch(anne))

    assert broken(finishing) == ["lock order: an account is locked after"]


def test_a_row_is_written_under_the_lock_of_its_account(portal: Portal, broken: Check) -> None:
    anne = portal.person().subject

    def without(session: Session) -> None:
        session.execute(end(anne))

    def under(session: Session) -> None:
        lock_accounts(portal.registry, session, anne)
        session.execute(end(anne))
        session.execute(touch(anne))

    assert broken(without) == ["lock order: the account of this row is not locked:"]
    assert broken(under) == []


def test_an_update_of_the_account_is_its_lock(portal: Portal, broken: Check) -> None:
    anne = portal.person().subject

    def act(session: Session) -> None:
        session.execute(touch(anne))
        session.execute(end(anne))

    assert broken(act) == []


def test_two_accounts_are_locked_at_once_or_in_order(portal: Portal, broken: Check) -> None:
    first, second = sorted(portal.person().subject for _ in range(2))

    def at_once(session: Session) -> None:
        lock_accounts(portal.registry, session, second, first)

        session.execute(touch(second))
        session.execute(touch(first))

    def out_of_order(session: Session) -> None:
        session.execute(touch(second))
        session.execute(touch(first))

    assert broken(at_once) == []
    assert broken(out_of_order)[0].startswith("lock order: a second account is locked out of order")


def test_an_account_that_precedes_the_one_held_is_not_waited_for(portal: Portal, broken: Check) -> None:
    """A step-up holds its account; the answer names another person, whose account another transaction holds."""
    first, second = sorted(portal.person().subject for _ in range(2))

    def learnt_later(session: Session) -> None:
        lock_accounts(portal.registry, session, second)
        lock_accounts(portal.registry, session, first)

    assert broken(learnt_later) == []
    if portal.db.engine.dialect.name == "postgresql":
        with portal.db.writing() as other, portal.db.writing() as session:
            lock_accounts(portal.registry, other, first)
            with pytest.raises(DBAPIError) as raised:
                learnt_later(session)
            assert lost_lock(raised.value)
            session.rollback()


def test_what_was_rolled_back_and_what_only_read_broke_nothing(portal: Portal) -> None:
    anne = portal.person().subject

    def act(session: Session) -> None:
        session.execute(end(anne))
        session.execute(touch(anne))

    with LockOrder().listening() as seen:
        session = portal.db.session(read_only=False)
        as_service(act)(session)
        session.rollback()
        session.close()
        with portal.db.reading() as reading:
            reading.scalars(select(Account)).all()
    assert seen.broken == []

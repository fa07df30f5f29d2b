"""A secret works once, in time, for its purpose and its account, whoever else tries at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from esea_auth_plugin.directives import revocables_of
from esea_auth_plugin.foundation.database import IDatabase, UtcDateTime, make_metadata
from esea_auth_plugin.foundation.revocation import end_everything
from esea_auth_plugin.foundation.single_use import (
    AccountSecret,
    AccountSingleUse,
    ShortCode,
    ShortCodes,
    SingleUse,
    SingleUseSecret,
    prune,
)
from esea_auth_plugin.pyramid_types import Configurator, Registry
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.databases("sqlite", "postgresql")

LIFETIME, RETENTION = timedelta(minutes=30), timedelta(days=1)
TRIES = 20


class Base(DeclarativeBase):
    metadata = make_metadata()
    type_annotation_map: ClassVar[dict[type, type]] = {datetime: UtcDateTime}


class LinkRow(AccountSecret, Base):
    __tablename__ = "trial_link"

    about: Mapped[str] = mapped_column(String(20), default="")


class TicketRow(SingleUseSecret, Base):
    __tablename__ = "trial_ticket"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    attempt: Mapped[str] = mapped_column(String(20))


class CodeRow(ShortCode, Base):
    __tablename__ = "trial_code"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)


LINKS = AccountSingleUse(LinkRow, "trial.link", RETENTION)
OTHERS = AccountSingleUse(LinkRow, "trial.other", RETENTION)
TICKETS = SingleUse(TicketRow, "trial.ticket")
CODES = ShortCodes(CodeRow, "trial.code")


def declare(config: Configurator) -> None:
    config.add_single_use(LINKS, revocable="trial_link")
    config.add_single_use(TICKETS)
    config.add_single_use(CODES)


@pytest.fixture
def registry(package: Callable[..., Registry], database: IDatabase) -> Registry:
    Base.metadata.drop_all(database.engine)
    Base.metadata.create_all(database.engine)
    found: Registry = package("esea_auth_plugin.foundation.jobs", "esea_auth_plugin.foundation.single_use", declare)
    return found


def issue(registry: Registry, database: IDatabase, subject: str = "anne") -> str:
    with database.writing() as session:
        return LINKS.issue_to(registry, session, subject, LIFETIME)[0]


def redeem(registry: Registry, database: IDatabase, secret: str) -> bool:
    with database.writing() as session:
        return LINKS.redeem_owned(registry, session, secret) is not None


def peek(registry: Registry, database: IDatabase, secret: str) -> bool:
    with database.reading() as session:
        return LINKS.peek(registry, session, LINKS.named(secret)) is not None


def test_a_secret_is_redeemed_once(registry: Registry, database: IDatabase) -> None:
    secret = issue(registry, database)
    assert peek(registry, database, secret)
    assert redeem(registry, database, secret)
    assert not peek(registry, database, secret)
    assert not redeem(registry, database, secret)


def test_looking_uses_nothing_up(registry: Registry, database: IDatabase) -> None:
    secret = issue(registry, database)
    assert [peek(registry, database, secret) for _ in range(3)] == [True] * 3
    assert redeem(registry, database, secret)


def test_the_table_holds_no_secret(registry: Registry, database: IDatabase) -> None:
    secret = issue(registry, database)
    with database.reading() as session:
        row = session.scalars(select(LinkRow)).one()
        held = {str(getattr(row, column.key)) for column in LinkRow.__table__.columns}
    assert len(secret) >= 22, "128 bits at least"
    assert not any(secret in each for each in held)


@pytest.mark.parametrize("secret", [None, "", "-", "é" * 200, "'; DROP TABLE trial_link; --"])
def test_what_is_no_secret_opens_nothing(registry: Registry, database: IDatabase, secret: str | None) -> None:
    issue(registry, database)
    assert not peek(registry, database, secret or "")
    assert not redeem(registry, database, secret or "")


def test_a_secret_of_one_purpose_is_worthless_as_another(registry: Registry, database: IDatabase) -> None:
    secret = issue(registry, database)
    with database.writing() as session:
        assert OTHERS.redeem_owned(registry, session, secret) is None
    assert redeem(registry, database, secret)


def test_a_secret_is_worthless_for_another_account(registry: Registry, database: IDatabase) -> None:
    with database.writing() as session:
        _, row = LINKS.issue_to(registry, session, "anne", LIFETIME)
        row_id = row.id
    with database.writing() as session:
        assert LINKS.redeem_of(registry, session, row_id, "paul") is None
    with database.writing() as session:
        assert LINKS.redeem_of(registry, session, row_id, "anne") is not None


def test_a_secret_bound_to_an_attempt_is_worthless_in_another(registry: Registry, database: IDatabase) -> None:
    with database.writing() as session:
        secret, _ = TICKETS.issue(registry, session, LIFETIME, attempt="a")
        assert TICKETS.redeem(registry, session, TICKETS.named(secret), TicketRow.attempt == "b") is None
        assert TICKETS.redeem(registry, session, TICKETS.named(secret), TicketRow.attempt == "a") is not None


def test_the_end_is_compared_at_the_use(registry: Registry, database: IDatabase, clock: ManualClock) -> None:
    first, second = issue(registry, database, "anne"), issue(registry, database, "paul")
    clock.advance(minutes=29, seconds=59)
    assert redeem(registry, database, first)
    clock.advance(seconds=1)
    assert not peek(registry, database, second)
    assert not redeem(registry, database, second)


def test_a_newer_secret_takes_the_place_of_the_account_s_former_one(registry: Registry, database: IDatabase) -> None:
    other, former, newer = (issue(registry, database, subject) for subject in ("paul", "anne", "anne"))
    assert not redeem(registry, database, former)
    assert redeem(registry, database, newer)
    assert redeem(registry, database, other)


def test_what_ends_everything_ends_declared_secrets(registry: Registry, database: IDatabase) -> None:
    own, other = issue(registry, database, "anne"), issue(registry, database, "paul")
    assert [each.name for each in revocables_of(registry)] == ["trial_link"]
    with database.writing() as session:
        end_everything(registry, session, "anne")
    assert not redeem(registry, database, own)
    assert redeem(registry, database, other)


def test_what_is_revoked_remembers_when_first(registry: Registry, database: IDatabase, clock: ManualClock) -> None:
    secret, at = issue(registry, database), clock.now()
    for _ in range(2):
        with database.writing() as session:
            LINKS.revoke_all(registry, session, "anne")
        clock.advance(minutes=1)
    with database.reading() as session:
        row = LINKS.find(session, secret)
        assert row is not None
        assert (row.used_at, row.replaced_at) == (None, at)


def test_only_secrets_of_accounts_can_end_with_an_account(package: Callable[..., Registry]) -> None:
    with pytest.raises(TypeError, match=r"trial\.ticket"):
        package(
            "esea_auth_plugin.foundation.jobs",
            "esea_auth_plugin.foundation.single_use",
            lambda config: config.add_single_use(TICKETS, revocable="trial_ticket"),
        )


def test_one_job_prunes_every_declared_kind(registry: Registry, database: IDatabase, clock: ManualClock) -> None:
    issue(registry, database)
    with database.writing() as session:
        TICKETS.issue(registry, session, LIFETIME, attempt="a")

    def rows() -> tuple[int | None, ...]:
        with database.reading() as session:
            return tuple(session.scalar(select(func.count()).select_from(each)) for each in (LinkRow, TicketRow))

    prune(registry)
    assert rows() == (1, 1), "what is live stays"
    clock.advance(minutes=30 + 60, seconds=1)
    prune(registry)
    assert rows() == (1, 0), "each kind has a retention of its own"
    clock.advance(days=1)
    prune(registry)
    assert rows() == (0, 0)


def test_of_many_at_one_moment_one_redeems(registry: Registry, database: IDatabase) -> None:
    secret = issue(registry, database)
    assert Counter(at_once(lambda _: redeem(registry, database, secret), range(TRIES))) == {True: 1, False: TRIES - 1}


def test_a_secret_is_not_both_used_and_revoked(registry: Registry, database: IDatabase) -> None:
    secret = issue(registry, database)

    def act(number: int) -> bool:
        if number % 2:
            return redeem(registry, database, secret)
        with database.writing() as session:
            LINKS.revoke_all(registry, session, "anne")
        return False

    redeemed = any(at_once(act, range(TRIES)))
    with database.reading() as session:
        row = LINKS.find(session, secret)
        assert row is not None
        assert (row.used_at is not None, row.replaced_at is not None) == (redeemed, not redeemed)


# --- codes of six digits


def new_code(registry: Registry, database: IDatabase, clock: ManualClock, row: str = "a") -> str:
    with database.writing() as session:
        code, stored = CODES.new(registry, row)
        session.add(CodeRow(id=row, code_digest=stored, code_ends_at=clock.now() + LIFETIME))
    return code


def answer(registry: Registry, database: IDatabase, typed: str, row: str = "a") -> bool | None:
    """Tell whether an answer is right, ``None`` if it was not even compared."""
    with database.writing() as session:
        counted = CODES.count(session, CodeRow.id == row)
        return None if counted is None else CODES.right(registry, typed, row, counted.code_digest)


def test_a_code_allows_five_answers(registry: Registry, database: IDatabase, clock: ManualClock) -> None:
    code = new_code(registry, database, clock)
    wrong = "000 000" if code != "000 000" else "111 111"
    assert [answer(registry, database, wrong) for _ in range(4)] == [False] * 4
    assert answer(registry, database, code) is True
    assert answer(registry, database, code) is None


def test_many_answers_at_one_moment_are_five_comparisons(
    registry: Registry, database: IDatabase, clock: ManualClock
) -> None:
    code = new_code(registry, database, clock)
    found = at_once(lambda _: answer(registry, database, code), range(TRIES))
    assert Counter(found) == {True: 5, None: TRIES - 5}


def test_a_code_is_worthless_in_another_row(registry: Registry, database: IDatabase, clock: ManualClock) -> None:
    code = new_code(registry, database, clock, "a")
    with database.writing() as session:
        stored = session.scalars(select(CodeRow.code_digest)).one()
        session.add(CodeRow(id="b", code_digest=stored, code_ends_at=clock.now() + LIFETIME))
    assert answer(registry, database, code, "b") is False
    assert answer(registry, database, code, "a") is True
    assert code.replace(" ", "") not in stored


# --- any order of acts


class Secrets(RuleBasedStateMachine):
    """Acts in any order, beside a model of what each secret must be worth."""

    registry: ClassVar[Registry]
    database: ClassVar[IDatabase]
    clock: ClassVar[ManualClock]

    issued = Bundle("issued")

    @initialize()
    def begin(self) -> None:
        self.live: dict[str, tuple[str, datetime]] = {}
        self.known: set[str] = set()
        with self.database.writing() as session:
            session.execute(delete(LinkRow))

    @rule(target=issued, subject=st.sampled_from(["anne", "paul"]))
    def issue(self, subject: str) -> str:
        secret = issue(self.registry, self.database, subject)
        assert secret not in self.known
        self.live = {each: held for each, held in self.live.items() if held[0] != subject}
        self.live[secret] = (subject, self.clock.now() + LIFETIME)
        self.known.add(secret)
        return secret

    @rule(secret=issued)
    def redeem(self, secret: str) -> None:
        wanted = self._worth(secret)
        assert redeem(self.registry, self.database, secret) is wanted
        self.live.pop(secret, None)

    @rule(secret=issued, end=st.integers(0, 3))
    def alter(self, secret: str, end: int) -> None:
        assert not redeem(self.registry, self.database, secret[: len(secret) - 1 - end])

    @rule(subject=st.sampled_from(["anne", "paul"]))
    def revoke(self, subject: str) -> None:
        with self.database.writing() as session:
            end_everything(self.registry, session, subject)
        self.live = {each: held for each, held in self.live.items() if held[0] != subject}

    @rule(minutes=st.sampled_from([1, 15, 30, 24 * 60]))
    def wait(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @rule()
    def prune(self) -> None:
        prune(self.registry)

    @invariant()
    def every_secret_is_worth_what_the_model_says(self) -> None:
        for secret in getattr(self, "known", ()):
            assert peek(self.registry, self.database, secret) is self._worth(secret)

    def _worth(self, secret: str) -> bool:
        return secret in self.live and self.clock.now() < self.live[secret][1]


@pytest.mark.databases("sqlite")
def test_no_order_of_acts_makes_a_secret_work_twice_or_too_late(
    registry: Registry, database: IDatabase, clock: ManualClock
) -> None:
    class Machine(Secrets):
        pass

    Machine.registry, Machine.database, Machine.clock = registry, database, clock
    kept = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Machine, settings=kept)

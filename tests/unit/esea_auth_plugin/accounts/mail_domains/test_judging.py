"""What a look at a mail domain means for its addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.accounts.mail_domains.observations import Mail, Seen, can_be_bought
from esea_auth_plugin.accounts.mail_domains.policy import Judged, Known, Policy, State, Unverification, judge

T0 = datetime(2026, 6, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
POLICY = Policy(every=7 * DAY, patience=2 * DAY, doubt_moved=False)
HERE, MX = frozenset({"ns1.a.fr", "ns2.a.fr"}), frozenset({"mx.a.fr"})
THERE, OTHER_MX = frozenset({"ns1.b.com"}), frozenset({"mx.b.com"})
SOUND = Known(State.SOUND, T0, name_servers=HERE, mail_servers=MX)
TAKES, GONE, MUTE = Seen(Mail.TAKES, HERE, MX), Seen(Mail.NONE), Seen(Mail.UNKNOWN, problem="dns.timeout")


def look(
    known: Known, seen: Seen, now: datetime = T0, confirmed: datetime | None = T0 - DAY, policy: Policy = POLICY
) -> Judged:
    return judge(known, seen, confirmed_at=confirmed, now=now, policy=policy)


def test_a_domain_that_takes_mail_is_sound_and_looked_at_a_week_later() -> None:
    judged = look(SOUND, TAKES)
    assert (judged.known.state, judged.unverification, judged.next_in, judged.news) == (
        State.SOUND,
        Unverification.NONE,
        7 * DAY,
        False,
    )


def test_a_domain_that_was_never_seen_takes_the_servers_that_are_found() -> None:
    known = look(Known(State.SOUND, T0), TAKES).known
    assert (known.name_servers, known.mail_servers) == (HERE, MX)


def test_silence_has_to_last_two_days_and_three_looks() -> None:
    first = look(SOUND, GONE)
    assert (first.known.state, first.unverification, first.news) == (State.SILENT, Unverification.NONE, False)
    assert first.next_in == 6 * HOUR
    second = look(first.known, GONE, T0 + 2 * DAY)
    assert second.unverification is Unverification.NONE, "two looks, however far apart, may be two bad moments"
    third = look(second.known, GONE, T0 + 2 * DAY + HOUR)
    assert (third.known.state, third.unverification, third.news) == (State.LAPSED, Unverification.LAPSED, True)
    assert third.known.since == T0 + 2 * DAY + HOUR


def test_many_looks_within_two_days_are_not_enough() -> None:
    known = SOUND
    for hour in range(0, 48, 6):
        judged = look(known, GONE, T0 + hour * HOUR)
        assert judged.unverification is Unverification.NONE
        known = judged.known
    assert look(known, GONE, T0 + 48 * HOUR).unverification is Unverification.LAPSED


def test_a_hospital_that_comes_back_within_two_days_is_sound() -> None:
    known = look(SOUND, GONE).known
    back = look(known, TAKES, T0 + DAY)
    assert (back.known.state, back.known.silent_since, back.known.silent_looks) == (State.SOUND, None, 0)


def test_a_lapsed_domain_is_doubted_once() -> None:
    lapsed = replace(SOUND, state=State.LAPSED, silent_since=T0, silent_looks=9)
    again = look(lapsed, GONE, T0 + 9 * DAY, confirmed=None)
    assert (again.known.state, again.unverification, again.news) == (State.LAPSED, Unverification.NONE, False)
    assert look(lapsed, GONE, T0 + 9 * DAY).unverification is Unverification.LAPSED, (
        "an account opened again since is believed still"
    )


def test_nobody_answering_proves_nothing() -> None:
    for known in (SOUND, look(SOUND, GONE).known):
        judged = look(known, MUTE, T0 + 30 * DAY)
        assert (judged.known, judged.unverification, judged.next_in) == (known, Unverification.NONE, 6 * HOUR)


def test_registered_anew_after_an_address_was_confirmed_is_doubted_at_once() -> None:
    bought = replace(TAKES, registered_at=T0 - HOUR)
    judged = look(SOUND, bought)
    assert (judged.known.state, judged.unverification, judged.news) == (
        State.RETURNED,
        Unverification.REGISTERED_ANEW,
        True,
    )
    assert judged.known.registered_at == T0 - HOUR


@pytest.mark.parametrize("confirmed", [T0 - HOUR, T0, None])
def test_a_registration_before_every_address_that_is_believed_is_in_order(confirmed: datetime | None) -> None:
    judged = look(SOUND, replace(TAKES, registered_at=T0 - HOUR), confirmed=confirmed)
    assert (judged.known.state, judged.unverification) == (State.SOUND, Unverification.NONE)


def test_what_the_support_approved_for_is_not_held_against_the_domain_again() -> None:
    approved = replace(SOUND, vouched_at=T0)
    assert look(approved, replace(TAKES, registered_at=T0 - HOUR)).unverification is Unverification.NONE
    assert (
        look(approved, replace(TAKES, registered_at=T0 + HOUR), T0 + DAY).unverification
        is Unverification.REGISTERED_ANEW
    )


def test_a_domain_that_its_registry_is_giving_up_counts_as_silent() -> None:
    assert look(SOUND, replace(TAKES, leaving=True)).known.state is State.SILENT


def test_all_servers_changed_at_once_is_for_the_support_to_decide() -> None:
    moved = Seen(Mail.TAKES, THERE, OTHER_MX)
    judged = look(SOUND, moved)
    assert (judged.known.state, judged.unverification, judged.news) == (State.MOVED, Unverification.NONE, True)
    assert judged.known.name_servers == HERE, "the support compares"
    again = look(judged.known, moved, T0 + 7 * DAY)
    assert (again.known.state, again.news) == (State.MOVED, False)
    assert look(judged.known, TAKES, T0 + 7 * DAY).known.state is State.SOUND


def test_all_servers_changed_at_once_may_be_doubted_at_once_by_setting() -> None:
    judged = look(SOUND, Seen(Mail.TAKES, THERE, OTHER_MX), policy=replace(POLICY, doubt_moved=True))
    assert (judged.known.state, judged.unverification) == (State.MOVED, Unverification.MOVED)
    assert look(judged.known, Seen(Mail.TAKES, THERE, OTHER_MX), T0 + 7 * DAY).known.state is State.SOUND


@pytest.mark.parametrize("seen", [Seen(Mail.TAKES, THERE, MX), Seen(Mail.TAKES, HERE, OTHER_MX), Seen(Mail.TAKES)])
def test_a_new_host_for_names_or_for_mail_alone_is_no_news(seen: Seen) -> None:
    assert look(SOUND, seen).known.state is State.SOUND


seen_things = st.builds(
    Seen,
    st.sampled_from(list(Mail)),
    st.sampled_from([HERE, THERE, frozenset()]),
    st.sampled_from([MX, OTHER_MX, frozenset()]),
    st.none() | st.integers(-90, 90).map(lambda days: T0 + days * DAY),
    st.booleans(),
)


@given(st.lists(st.tuples(st.integers(1, 400), seen_things), max_size=30))
def test_whatever_is_seen_nothing_is_doubted_without_its_reason(looks: list[tuple[int, Seen]]) -> None:
    known, now, silent_since = Known(State.SOUND, T0), T0, None
    for hours, seen in looks:
        now += hours * HOUR
        judged = look(known, seen, now)
        silent = seen.mail is Mail.NONE or (seen.leaving and seen.mail is Mail.TAKES)
        if judged.unverification is Unverification.REGISTERED_ANEW:
            assert seen.registered_at is not None and seen.registered_at > T0 - DAY
            silent_since = None
        elif silent:
            silent_since = silent_since or now
        elif seen.mail is Mail.TAKES:
            silent_since = None
        if judged.unverification is Unverification.LAPSED:
            assert silent_since is not None and now - silent_since >= POLICY.patience
        assert judged.unverification is not Unverification.MOVED, "only by setting"
        assert judged.next_in in {6 * HOUR, 7 * DAY}
        known = judged.known


@pytest.mark.parametrize("domain", ["chu-x.fr", "cabinet.dupont.com", "example.fr"])
def test_most_domains_can_be_bought(domain: str) -> None:
    assert can_be_bought(domain)


@pytest.mark.parametrize(
    "domain", ["localhost", "chu.example", "a.invalid", "mail.example.com", "example.org", "x.local"]
)
def test_names_set_aside_are_nobody_s(domain: str) -> None:
    assert not can_be_bought(domain)

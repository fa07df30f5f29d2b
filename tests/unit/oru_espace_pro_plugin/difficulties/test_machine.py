"""The state machine of difficulties: whoever acts, in whatever order, only what the rules allow happens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from oru_espace_pro_plugin.difficulties.machine import OPEN, RULES, Act, Party, State, acts_for, possible

PARTIES = st.frozensets(st.sampled_from(Party))


@given(st.booleans(), st.lists(st.tuples(st.sampled_from(sorted(RULES)), PARTIES), max_size=30))
def test_any_order_of_acts_by_anybody_stays_within_the_rules(
    asks: bool, attempts: list[tuple[Act, frozenset[Party]]]
) -> None:
    state = State.DECLARED
    for act, parties in attempts:
        party = possible(act, state, asks=asks, parties=parties)
        if party is None:
            continue
        rule = RULES[act]
        assert party in parties & rule.parties
        assert state in rule.states
        if state not in OPEN:
            assert act is Act.COMMENT  # what has ended stays as it is
        state = rule.to or state
    assert asks or state is not State.REFUSED


@given(st.sampled_from(State), st.booleans())
def test_a_reader_may_do_nothing(state: State, asks: bool) -> None:
    assert acts_for(state, asks=asks, parties=frozenset()) == ()


@given(st.sampled_from(State), st.booleans(), PARTIES)
def test_nobody_does_what_comes_with_time(state: State, asks: bool, parties: frozenset[Party]) -> None:
    people = parties - {Party.SYSTEM}
    assert not {Act.BEGIN, Act.REMIND, Act.ESCALATE, Act.EXPIRE} & set(acts_for(state, asks=asks, parties=people))


@given(st.sampled_from(sorted(OPEN)), st.booleans())
def test_every_open_state_has_a_way_out_for_its_declarant(state: State, asks: bool) -> None:
    assert Act.LIFT in acts_for(state, asks=asks, parties=frozenset({Party.DECLARANT}))

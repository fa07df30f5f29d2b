"""Reservations: one holder at a time, the same answer whoever holds, and proposals made from the name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from esea_auth_plugin.accounts import identifiers
from esea_auth_plugin.accounts.identifiers import ACCOUNT, SIGN_UP
from esea_auth_plugin.accounts.names import identifier_from_name, identifier_is_well_formed, person_key
from esea_auth_plugin.foundation.database import Model, make_engine
from esea_auth_plugin.foundation.security.keyring import Key, Keyring
from esea_auth_plugin.foundation.security.sealing import Sealer
from esea_auth_plugin.normalise.emails import normalise_email
from esea_auth_plugin.normalise.folding import fold

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
SEALER, OTHER_KEY = (Sealer(Keyring([Key("k", letter * 32)])) for letter in (b"k", b"x"))


@pytest.fixture
def session() -> Iterator[Session]:
    engine = make_engine("sqlite://")
    Model.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def hold(session: Session, holder: str, *, kind: str = SIGN_UP, now: datetime = NOW) -> bool:
    return identifiers.reserve(session, "anne.pierre", kind=kind, holder=holder, now=now, until=LATER)


def test_the_first_one_gets_it_and_keeps_it(session: Session) -> None:
    assert hold(session, "a")
    assert not hold(session, "b")
    assert hold(session, "a")


def test_a_hold_that_has_ended_goes_to_whoever_asks_next_and_not_a_second_earlier(session: Session) -> None:
    assert hold(session, "a")
    assert not hold(session, "b", now=LATER - timedelta(seconds=1))
    assert hold(session, "b", now=LATER)
    assert not hold(session, "a", now=NOW)


def test_a_word_of_the_portal_is_refused_dots_or_not(session: Session) -> None:
    for word in ("support", "sup.port", "admin"):
        assert not identifiers.reserve(session, word, kind=SIGN_UP, holder="a", now=NOW)


def test_an_accounts_identifier_is_never_released(session: Session) -> None:
    assert hold(session, "a")
    assert identifiers.pass_on(session, "anne.pierre", holder="a", to="account", kind=ACCOUNT)
    identifiers.release(session, "account")
    assert not hold(session, "b", now=LATER + timedelta(days=900))


def test_a_released_sign_up_frees_its_identifier_at_once(session: Session) -> None:
    assert hold(session, "a")
    identifiers.release(session, "a")
    assert hold(session, "b")


def test_the_proposal_is_the_name_and_three_digits_of_whoever_chooses() -> None:
    def propose(holder: str, refused: str = "") -> str:
        return identifiers.propose(SEALER, "Anne", "Pierre", holder=holder, refused=refused)

    assert re.fullmatch(r"anne\.pierre[1-9]\d{2}", propose("a"))
    assert propose("a") == propose("a"), "a page shown again proposes the same"
    assert len({propose("a"), propose("b"), propose("c"), propose("a", refused="anne.pierre")}) > 2
    taken = {f"anne.pierre{number}" for number in range(100, 1000)}
    assert all(propose("a", refused=each) != each for each in taken)
    assert propose("a") != identifiers.propose(OTHER_KEY, "Anne", "Pierre", holder="a"), "nobody computes it elsewhere"


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_the_name_the_proposal_is_a_valid_identifier(first: str, last: str) -> None:
    assert identifier_is_well_formed(identifier_from_name(first, last))
    assert identifier_is_well_formed(identifiers.propose(SEALER, first, last, holder="a"))


@pytest.mark.parametrize(
    "bad", ["", "ab", ".abc", "abc.", "a..b", "Anne", "anne-pierre", "anne pierre", "é" * 5, "a" * 41, "abc\n"]
)
def test_other_characters_are_refused(bad: str) -> None:
    assert not identifier_is_well_formed(bad)


@given(st.text("AÉÀÇŒÆéàçœæßÎ -’𝕬ﬁ"))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_one_person_has_one_key_however_the_name_is_written() -> None:
    assert person_key("LE GOFF", "Hélène", "03-14") == person_key("Le Goff", "helene", "03-14")
    assert person_key("Le Goff", "Hélène", "03-14") != person_key("Le Goff", "Hélène", "03-15")


def test_an_address_has_one_normal_form() -> None:
    assert normalise_email(" Anne@CHU-Bordeaux.FR ") == "anne@chu-bordeaux.fr"
    assert normalise_email("anne@hôpital.fr") == "anne@xn--hpital-ixa.fr"

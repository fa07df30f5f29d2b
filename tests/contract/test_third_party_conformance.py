"""The conformance tests serve somebody else's modes: one that passes, and one whose every fault is found."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from esea_auth_plugin.authentication.conformance.sign_in import AuthModeConformance
from esea_auth_plugin.authentication.contract import Ask, Attempt, AuthMode, Proven, Result
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.interfaces import Proof
from esea_auth_plugin.testing.portal import Person, Portal

from .third_party_mode import BadgeMode


class TestBadgeMode(AuthModeConformance):
    """A badge's number proves again, like a password."""

    replayable = True
    not_secret = frozenset({"badge"})

    @pytest.fixture
    def mode(self, portal: Portal) -> AuthMode:
        return BadgeMode(portal.registry)

    @pytest.fixture
    def attempt(self, portal: Portal) -> Attempt:
        return Attempt(id=new_id(), at=portal.clock.now())

    @pytest.fixture
    def right_answer(self, portal: Portal) -> Mapping[str, str]:
        return {"badge": portal.person().identifier[::-1]}


class CarelessMode(BadgeMode):
    """Takes a code again and again, logs it, and says that it is whoever was expected."""

    def ask(self, session: Any, attempt: Attempt) -> Ask:
        return Ask("nowhere")

    def answer(self, session: Any, attempt: Attempt, prepared: Any) -> Result:
        logging.getLogger("careless").debug("typed: %s", attempt.values.get("badge"))
        proof = Proof(mode=self.name, factors=self.factors, means=("hwk",), at=attempt.at)
        return Proven(attempt.subject or "somebody", proof)


@pytest.fixture
def careless(portal: Portal) -> tuple[AuthMode, Attempt, Person]:
    anne = portal.person()
    return CarelessMode(portal.registry), Attempt(id=new_id(), at=portal.clock.now(), subject=anne.subject), anne


FAULTS: Mapping[str, Callable[[AuthModeConformance, Any, Any, Any, Any], None]] = {
    "an empty answer": lambda suite, portal, mode, attempt, _: suite.test_an_empty_answer_proves_nothing(
        portal, mode, attempt
    ),
    "a second answer": lambda suite, portal, mode, attempt, _: suite.test_an_answer_proves_once(
        portal, mode, attempt, {"badge": "secret"}
    ),
    "twenty at once": lambda suite, portal, mode, attempt, _: suite.test_of_twenty_answers_at_once_one_proves(
        portal, mode, attempt, {"badge": "secret"}
    ),
    "another person": lambda suite, portal, mode, attempt, _: suite.test_it_never_proves_somebody_else(
        portal, mode, attempt, {"badge": "secret"}
    ),
    "a log": lambda suite, portal, mode, attempt, caplog: suite.test_no_secret_reaches_a_log(
        portal, mode, attempt, {"badge": "secret-aZ9"}, caplog
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_careless_mode_is_found_out(
    portal: Portal, careless: tuple[AuthMode, Attempt, Person], caplog: Any, fault: str
) -> None:
    mode, attempt, _ = careless
    with pytest.raises(AssertionError):
        FAULTS[fault](AuthModeConformance(), portal, mode, attempt, caplog)

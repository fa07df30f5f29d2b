"""The card passes what every mode must, and says what a card proves of its person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.cards import Cards, link, read, ticket_of

from esea_auth_plugin.auth_modes.cps_card.certificate import read_der
from esea_auth_plugin.auth_modes.cps_card.identity import from_json, identity_of, to_json
from esea_auth_plugin.authentication.conformance.sign_in import AuthModeConformance
from esea_auth_plugin.authentication.contract import Attempt, AuthMode, Go
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT
from esea_auth_plugin.testing.portal import Portal


class TestCpsCardMode(AuthModeConformance):
    lifetime = timedelta(seconds=60)

    @pytest.fixture
    def portal(self, card_portal: Portal) -> Portal:
        return card_portal

    @pytest.fixture
    def mode(self, portal: Portal) -> AuthMode:
        found = modes_of(portal.registry).get("cps_card")
        assert found is not None
        return found

    @pytest.fixture
    def attempt(self, portal: Portal) -> Attempt:
        return Attempt(id=new_id(), at=portal.clock.now())

    @pytest.fixture
    def right_answer(self, portal: Portal, cards: Cards) -> Mapping[str, Any]:
        """The card itself; its ticket is had once the stage has begun."""
        link(portal, portal.person().subject, cards["medecin"])
        return {"card": cards["medecin"]}

    def begun(self, portal: Any, mode: AuthMode, attempt: Attempt) -> Attempt:
        with portal.db.writing() as session:
            result = mode.begin(session, attempt)
        assert isinstance(result, Go)
        if not hasattr(self, "asked"):
            self.asked = result.url
        return replace(attempt, state=result.state or {})

    def right(self, portal: Any, right_answer: Mapping[str, Any]) -> Mapping[str, str]:
        return {"ticket": ticket_of(read(portal, self.asked, right_answer["card"]))}

    def answered(self, portal: Any, mode: AuthMode, attempt: Attempt, values: Mapping[str, str]) -> Any:
        """By the address to which the card host sends the browser."""
        return super().answered(portal, mode, replace(attempt, action="retour"), values)


def attributes(cards: Cards, slug: str) -> Mapping[str, str]:
    return identity_of(read_der(cards[slug].der), DEFAULT_MOMENT).attributes


def test_what_a_doctor_s_card_proves(cards: Cards) -> None:
    assert attributes(cards, "medecin") == {
        "last_name": "CASTETS",
        "first_name": "Paul",
        "rpps": "99900000011",
        "profession": "1.2.250.1.71.1.2.7|10",
    }


def test_what_an_employee_s_card_proves(cards: Cards) -> None:
    assert attributes(cards, "cpe") == {
        "last_name": "LESTAGE",
        "first_name": "Jean",
        "finess": "330999905",
        "structure": "CH DE DÉMONSTRATION DE L'ESTUAIRE",
        "workplace": "CH DE DÉMONSTRATION DE L'ESTUAIRE",
        "department": "1.2.250.1.71.1.2.16|33",
    }


def test_a_code_that_a_list_gave_up_is_taken_from_the_list_that_has_it_now(cards: Cards) -> None:
    """93 Psychologue left the professions of health for the title holders in 2021."""
    found = attributes(cards, "adeli")
    assert (found["adeli"], found["profession"]) == ("339300014", "1.2.250.1.213.1.6.1.109|93")


def test_a_card_in_training_proves_no_profession_yet(cards: Cards) -> None:
    assert "profession" not in attributes(cards, "cpf")


def test_the_link_rests_on_the_cn_and_the_rest_is_evidence(cards: Cards) -> None:
    old, new = (identity_of(read_der(cards[slug].der), DEFAULT_MOMENT) for slug in ("medecin", "medecin-renouvelee"))
    assert (old.issuer, old.subject) == (new.issuer, new.subject) == ("igc-sante", "899900000011")
    assert old.evidence != new.evidence
    assert old.evidence["number"] == "2600000001"
    assert from_json(to_json(old)) == old

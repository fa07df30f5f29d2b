"""The contract of a mode, kept by the e-CPS: the right answer is given on the telephone, fetched by the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.interop.psc.journeys import registered
from tests.interop.psc.provider import Provider
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS, NATIONAL_ID

from esea_auth_plugin.auth_modes.pro_sante_connect.ciba import ask_due
from esea_auth_plugin.auth_modes.pro_sante_connect.ecps_mode import FIELD
from esea_auth_plugin.auth_modes.pro_sante_connect.ecps_store import TTL
from esea_auth_plugin.authentication.conformance.sign_in import AuthModeConformance
from esea_auth_plugin.authentication.contract import Attempt, AuthMode, Wait
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.testing.portal import Person, Portal

#: Least seconds between two questions, as the provider says.
INTERVAL = 5


class TestTheEcpsKeepsTheContract(AuthModeConformance):
    lifetime = TTL

    @pytest.fixture
    def mode(self, portal: Portal) -> AuthMode:
        found = modes_of(portal.registry).get("ecps")
        assert found is not None
        return found

    @pytest.fixture
    def person(self, portal: Portal, psc: Provider) -> Person:
        self.psc = psc
        psc.knows(CLAIMS)
        return registered(portal)

    @pytest.fixture
    def attempt(self, portal: Portal, person: Person) -> Attempt:
        """Nobody is known yet, in a browser that somebody has signed in with before."""
        known = frozenset({person.subject})
        return Attempt(id=new_id(), at=portal.clock.now(), address="127.0.0.1", known_here=known)

    @pytest.fixture
    def right_answer(self) -> Mapping[str, str]:
        return {}

    def begun(self, portal: Any, mode: AuthMode, attempt: Attempt) -> Attempt:
        """Type the identifier, and let the worker make the telephone ring."""
        begun = super().begun(portal, mode, attempt)
        asked = super().answered(portal, mode, begun, {FIELD: NATIONAL_ID})
        assert isinstance(asked, Wait)
        rung = len(self.psc.rings())
        ask_due(portal.registry)
        assert len(self.psc.rings()) == rung + 1
        return replace(begun, state=asked.state or {})

    def right(self, portal: Any, right_answer: Mapping[str, str]) -> Mapping[str, str]:
        """Accept on the telephone; the page that waits then sends a form without any field."""
        self.psc.answers(NATIONAL_ID, accept=True)
        portal.clock.advance(seconds=INTERVAL)
        ask_due(portal.registry)
        return right_answer

    def secrets(self, values: Mapping[str, str]) -> Sequence[str]:
        """The form carries none: who is asked, PSC's requests and tokens (« eyJ » begins each) travel behind it."""
        return [NATIONAL_ID, "eyJ", self.psc.secret, *(ring["id"] for ring in self.psc.rings())]

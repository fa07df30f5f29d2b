"""The built-in modes pass the conformance that third parties' modes must pass; and the password's own promises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from esea_auth_plugin.auth_modes.mail_code.mode import masked
from esea_auth_plugin.auth_modes.password.models import PasswordRow
from esea_auth_plugin.auth_modes.password.service import Passwords
from esea_auth_plugin.authentication.conformance.sign_in import AuthModeConformance
from esea_auth_plugin.authentication.contract import Attempt, AuthMode
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.database import lock_accounts, new_id
from esea_auth_plugin.foundation.security.passwords import HashCost, PasswordHashes
from esea_auth_plugin.testing.portal import PASSWORD, Person, Portal


@pytest.fixture
def anne(portal: Portal) -> Person:
    return portal.person()


class TestPasswordMode(AuthModeConformance):
    replayable = True

    @pytest.fixture
    def mode(self, portal: Portal) -> AuthMode:
        found = modes_of(portal.registry).get("password")
        assert found is not None
        return found

    @pytest.fixture
    def attempt(self, portal: Portal) -> Attempt:
        return Attempt(id=new_id(), at=portal.clock.now())

    @pytest.fixture
    def right_answer(self, anne: Person) -> Mapping[str, str]:
        return {"login": anne.identifier, "password": anne.password}


class TestMailCodeMode(AuthModeConformance):
    lifetime = timedelta(minutes=10)

    @pytest.fixture
    def mode(self, portal: Portal) -> AuthMode:
        found = modes_of(portal.registry).get("mail_code")
        assert found is not None
        return found

    @pytest.fixture
    def attempt(self, portal: Portal, anne: Person) -> Attempt:
        return Attempt(id=new_id(), at=portal.clock.now(), subject=anne.subject, email=anne.email)

    @pytest.fixture
    def right_answer(self) -> Mapping[str, str]:
        return {}

    def right(self, portal: Any, right_answer: Mapping[str, str]) -> Mapping[str, str]:
        return {"code": portal.emails()[-1].code}


def test_a_hash_of_a_lower_cost_is_renewed_at_the_sign_in(portal: Portal, anne: Person) -> None:
    passwords = Passwords(portal.registry)
    checked = passwords.examine(anne.subject, PASSWORD)
    assert checked.right
    assert not checked.renewed, "today's cost needs no renewal"
    dear = PasswordHashes(HashCost(memory_kib=16, passes=1, lanes=1)).hash(PASSWORD)
    with portal.db.writing() as session:
        passwords.set_hash(session, anne.subject, dear)
    checked = passwords.examine(anne.subject, PASSWORD)
    assert checked.right
    assert checked.renewed
    with portal.db.writing() as session:
        lock_accounts(portal.registry, session, anne.subject)
        assert passwords.renew(session, anne.subject, checked)
        assert not passwords.renew(session, anne.subject, checked), "only over the hash that was checked"
    with portal.db.reading() as session:
        assert session.scalar(select(PasswordRow.password_hash)) == checked.renewed


def test_a_masked_address_is_recognised_by_its_owner_only() -> None:
    assert masked("anne.pierre@chu.example.fr") == "a…e@chu.example.fr"
    assert masked("ab@x.fr") == "a…@x.fr"
    assert masked("") == ""

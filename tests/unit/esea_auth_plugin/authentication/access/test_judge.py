"""The judge: deny by default, right before level, and it works for a third party's identity in the foundation alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from esea_auth_plugin.directives import core
from esea_auth_plugin.interfaces import Factor, Identity, IPermissionEvaluator, Level, Proof, Refusal, RoleHeld, Rule
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import ManualClock


@pytest.fixture
def judge(package: Callable[..., Any]) -> Callable[[Identity | None, Rule | None], Refusal | None]:
    registry = package("esea_auth_plugin.foundation.permissions.evaluation")

    def judged(identity: Identity | None, rule: Rule | None) -> Refusal | None:
        if rule is not None:
            core(registry).permissions["essai"] = rule
        return find(registry, IPermissionEvaluator).judge(identity, "essai")

    return judged


def somebody(**given: Any) -> Identity:
    return Identity(subject="s", display_name="Anne Pierre", email="anne@example.fr", **given)


def test_what_nobody_declared_is_denied_to_everybody(judge: Any) -> None:
    assert judge(somebody(level=Level.HEALTH, roles=(RoleHeld("support"),)), None) is Refusal.FORBIDDEN
    assert judge(None, None) is Refusal.FORBIDDEN


def test_nobody_is_asked_to_sign_in(judge: Any) -> None:
    assert judge(None, Rule()) is Refusal.SIGN_IN


def test_a_role_of_another_scope_is_no_role(judge: Any) -> None:
    rule = Rule(role="support")
    assert judge(somebody(roles=(RoleHeld("support"),)), rule) is None
    assert judge(somebody(roles=(RoleHeld("support", "service:ror"),)), rule) is Refusal.FORBIDDEN
    assert judge(somebody(roles=(RoleHeld("oru"),)), rule) is Refusal.FORBIDDEN


def test_the_right_comes_before_the_level(judge: Any) -> None:
    rule = Rule(service="ror", level=Level.MAIL_CODE)
    assert judge(somebody(), rule) is Refusal.NO_GRANT
    assert judge(somebody(services=frozenset({"ror"})), rule) is Refusal.STEP_UP
    assert judge(somebody(services=frozenset({"ror"}), level=Level.MAIL_CODE), rule) is None


def test_an_old_proof_is_stale_for_a_delicate_act(judge: Any, clock: ManualClock) -> None:
    rule = Rule(fresh_within=timedelta(minutes=10))
    proof = Proof(mode="password", factors=frozenset({Factor.PASSWORD}), means=("pwd",), at=clock.now())
    signed_in = somebody(proofs=(proof,))
    assert judge(signed_in, rule) is None
    clock.advance(minutes=10, seconds=1)
    assert judge(signed_in, rule) is Refusal.STALE

"""Rights follow what gave them, whatever happens in between (threat-model.md row 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import esea_auth_plugin.foundation.audit.models
import esea_auth_plugin.foundation.jobs.models
import esea_auth_plugin.portal_services.models  # noqa: F401 - tables of the ``database`` fixture
from esea_auth_plugin.events import AccountClosed, GrantChanged
from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.foundation.database import IDatabase, new_id
from esea_auth_plugin.portal_services.grants import Grants, end_grants_of
from esea_auth_plugin.portal_services.models import AccessGrant

ANNE = new_id()
REQUESTS = {name: new_id() for name in ("one", "two")}
SERVICES = ("ror", "espace-pro")

steps = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.sampled_from(SERVICES), st.sampled_from([*REQUESTS, ""])),
        st.tuples(st.just("give for an hour"), st.sampled_from(SERVICES), st.just("")),
        st.tuples(st.just("withdraw"), st.sampled_from(SERVICES), st.just("")),
        st.tuples(st.just("withdraw request"), st.just(""), st.sampled_from([*REQUESTS])),
        st.tuples(st.just("an hour passes"), st.just(""), st.just("")),
    ),
    max_size=8,
)


@pytest.fixture
def registry(package: Callable[..., Any]) -> Any:
    def declare(config: Any) -> None:
        for action in ("grant.given", "grant.withdrawn"):
            config.add_audit_action(action, "Droit d'accès")

    return package("esea_auth_plugin.foundation.jobs", "esea_auth_plugin.foundation.audit", declare)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps)
def test_what_may_be_opened_is_what_was_given_and_not_taken_back(
    database: IDatabase, registry: Any, clock: Any, taken: list[tuple[str, str, str]]
) -> None:
    grants, anne = Grants(registry), new_id()
    requests = {name: new_id() for name in REQUESTS}
    live: dict[str, tuple[str, Any]] = {}
    with database.writing() as session:
        for act, service, request in taken:
            if act == "give":
                grants.give(session, anne, service, request_id=requests.get(request), given_by="x")
                live[service] = (request, None)
            elif act == "give for an hour":
                until = clock.now() + timedelta(hours=1)
                grants.give(session, anne, service, request_id=None, given_by="x", until=until)
                live[service] = ("", until)
            elif act == "withdraw":
                grants.withdraw(session, anne, service, reason="test")
                live.pop(service, None)
            elif act == "withdraw request":
                grants.withdraw_for_request(session, requests[request], reason="test")
                live = {name: kept for name, kept in live.items() if kept[0] != request}
            else:
                clock.advance(hours=1)
            live = {name: kept for name, kept in live.items() if kept[1] is None or clock.now() < kept[1]}
            assert grants.services_of(session, anne) == set(live), (act, service)
        unended = select(func.count()).where(AccessGrant.subject == anne, AccessGrant.ended_at.is_(None))
        assert (session.scalar(unended) or 0) <= len(SERVICES)


def test_a_closed_account_keeps_no_right_and_each_end_is_told_once(session: Session, registry: Any) -> None:
    seen: list[GrantChanged] = []
    registry.registerHandler(seen.append, (GrantChanged,))
    grants = Grants(registry)
    for service in SERVICES:
        grants.give(session, ANNE, service, request_id=None, given_by="cli")
    end_grants_of(registry, AccountClosed(session, ANNE, "départ"))
    end_grants_of(registry, AccountClosed(session, ANNE, "départ"))
    assert grants.services_of(session, ANNE) == frozenset()
    assert sorted((event.service, event.given) for event in seen) == sorted(
        (service, given) for service in SERVICES for given in (True, False)
    )
    assert len(audit_rows(session, action="grant.withdrawn", target=ANNE)) == 2
    assert grants.withdraw(session, ANNE, "ror", reason="encore") is False

"""The packages of the mechanisms as a portal includes them: services, jobs, and what stops the start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pyramid.exceptions import ConfigurationExecutionError

from esea_auth_plugin.errors import TooManyAttempts
from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.jobs.models import JobRow
from esea_auth_plugin.foundation.throttling import Addresses
from esea_auth_plugin.foundation.throttling.models import ThrottleWindow
from esea_auth_plugin.foundation.throttling.store import Store
from esea_auth_plugin.interfaces import IJobs, IThrottle, Limit
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import ManualClock

PACKAGES = (
    "esea_auth_plugin.foundation.jobs",
    "esea_auth_plugin.foundation.audit",
    "esea_auth_plugin.foundation.throttling",
)
#: The test database has the tables of the models that are imported here.
TABLES = (ThrottleWindow, JobRow, AuditEvent)
ONE = Limit("test.one", 1, timedelta(minutes=1))


@pytest.mark.databases("sqlite", "postgresql")
def test_limits_of_the_settings_and_the_purge_as_a_job(
    package: Callable[..., Any], database: IDatabase, clock: ManualClock
) -> None:
    registry = package(*PACKAGES, **{"portal.establishment_networks": "198.51.100.0/24 = CHU"})
    throttle, addresses = find(registry, IThrottle), find(registry, Addresses)
    throttle.reserve((ONE, "anne"))
    with pytest.raises(TooManyAttempts):
        throttle.reserve((ONE, "anne"))
    assert addresses.use(ONE, "198.51.100.1")[0].count == 20
    clock.advance(hours=1)
    assert find(registry, IJobs).run_due() > 0
    with database.reading() as session:
        ages = find(registry, IJobs).ages(session)
    assert {"throttle.purge", "audit.seal", "audit.prune"} <= set(ages)
    assert all(age is not None for age in ages.values())
    find(registry, Store).close()


@pytest.mark.parametrize(
    ("settings", "tells"),
    [
        ({"portal.establishment_networks": "not-a-network = CHU"}, "portal.establishment_networks"),
        ({"portal.throttle_store": "memory://"}, "portal.throttle_store"),
        ({"portal.secret_keys": "env:ESEA_TEST_WRONG_KEYS"}, "portal.secret_keys"),
    ],
)
def test_what_the_mechanisms_can_t_work_with_stops_the_start(
    package: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], tells: str
) -> None:
    monkeypatch.setenv("ESEA_TEST_WRONG_KEYS", "key-id SECRETSECRET")
    with pytest.raises(ConfigurationExecutionError, match=tells) as refused:
        package(*PACKAGES, **settings)
    assert "SECRETSECRET" not in str(refused.value)

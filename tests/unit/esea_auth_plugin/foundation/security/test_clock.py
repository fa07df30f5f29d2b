"""The clock in a file moves for every process that reads it, and only in tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esea_auth_plugin.errors import ConfigurationError
from esea_auth_plugin.foundation.security.clock import FileClock, SystemClock, clock_for
from esea_auth_plugin.testing.clock import ManualClock


def test_the_machine_s_moment_is_aware_and_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_clock_in_a_file_follows_the_clock_of_the_test(tmp_path: Path) -> None:
    manual = ManualClock(path=tmp_path / "clock")
    clock = clock_for("test", str(tmp_path / "clock"))
    manual.advance(days=7, seconds=1)
    assert clock.now() == manual.now()


def test_a_moment_in_another_zone_is_given_in_utc(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("2026-06-18T10:00:00+02:00\n")
    assert FileClock(tmp_path / "clock").now() == datetime(2026, 6, 18, 8, tzinfo=UTC)


def test_a_naive_moment_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("2026-06-18T10:00:00")
    with pytest.raises(ValueError, match="time zone"):
        FileClock(tmp_path / "clock").now()


@pytest.mark.parametrize("env", ["production", "development"])
def test_a_portal_that_people_use_never_takes_its_time_from_a_file(env: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"portal\.clock"):
        clock_for(env, str(tmp_path / "clock"))

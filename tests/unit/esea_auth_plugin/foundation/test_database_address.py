"""What is wrong with a database address is one problem of the configuration, which never quotes the address."""

from __future__ import annotations

import pytest

from esea_auth_plugin import values


@pytest.mark.parametrize("address", ["sqlite:///portal.db", "sqlite://", "postgresql+psycopg://user:x@host/portal"])
def test_an_address_of_a_supported_database_is_kept(address: str) -> None:
    assert values.database_address(address) == address


@pytest.mark.parametrize(
    ("address", "cause"),
    [
        ("", "no database address"),
        ("portal.db", "no database address"),
        ("http://secret-host", "does not support"),
        ("postgresql+psycopg://user:secret@host:port/portal", "no database address"),
        ("postgresql+nosuch://secret@host/portal", "driver that is not installed"),
        ("mysql://user:secret@host/portal", "does not support"),
        ("postgresql+psycopg2://user:secret@host/portal", "driver that is not installed"),
    ],
)
def test_another_one_is_one_problem_without_the_value(address: str, cause: str) -> None:
    with pytest.raises(values.BadValue, match=cause) as refused:
        values.database_address(address)
    told = f"{refused.value.cause} {refused.value.cure}"
    assert "secret" not in told and "\n" not in told
    assert refused.value.__cause__ is None and (refused.value.__suppress_context__ or not refused.value.__context__)


def test_a_missing_driver_names_the_extra_that_brings_it() -> None:
    with pytest.raises(values.BadValue) as refused:
        values.database_address("postgresql+psycopg2://host/portal")
    assert "esea-auth-plugin[postgresql]" in refused.value.cure


def test_a_reference_is_read_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_DATABASE", "sqlite:///portal.db")
    assert values.database_address("env:PORTAL_DATABASE") == "sqlite:///portal.db"

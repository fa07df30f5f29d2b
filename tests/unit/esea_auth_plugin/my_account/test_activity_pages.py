"""Where a page of « Mon activité » begins: read back as written, anything else is the first page."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.my_account.activity.views import _address, _place

moments = st.datetimes(timezones=st.just(UTC))


@given(moments, st.uuids())
def test_a_beginning_is_read_back_as_it_was_written(moment: datetime, row: object) -> None:
    address = _address("connexions", (moment, str(row)))
    assert _place(parse_qs(urlsplit(address).query)["avant"][0]) == (moment, str(row))


@given(st.text())
def test_whatever_is_typed_is_a_beginning_or_none(typed: str) -> None:
    found = _place(typed)
    assert found is None or (found[0].tzinfo is not None and found[1])

"""Dates, durations and telephone numbers as people in France read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from esea_auth_plugin.foundation.layout import filters
from esea_auth_plugin.normalise.phones import phone_fr, phone_uri


def test_times_are_shown_on_the_clock_of_paris_across_the_change_of_hour() -> None:
    assert filters.datetime_fr(datetime(2026, 6, 30, 21, 59, tzinfo=UTC)) == "30 juin 2026 à 23\u00a0h\u00a059"
    assert filters.datetime_fr(datetime(2026, 6, 30, 22, 0, tzinfo=UTC)) == "1er juillet 2026 à 0\u00a0h\u00a000"
    assert filters.time_fr(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == "2\u00a0h\u00a030"
    assert filters.time_fr(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == "2\u00a0h\u00a030"


def test_a_naive_time_is_refused_since_it_would_be_off_by_hours() -> None:
    with pytest.raises(ValueError, match="aware"):
        filters.datetime_fr(datetime(2026, 6, 18, 12, 0))  # noqa: DTZ001 - the very mistake


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        (date(2026, 6, 18), "long", "18 juin 2026"),
        (date(2026, 6, 1), "long", "1er juin 2026"),
        (date(2026, 6, 1), "full", "lundi 1er juin 2026"),
        (date(2026, 6, 1), "short", "01/06/2026"),
        (date(2026, 6, 11), "full", "jeudi 11 juin 2026"),
        (None, "long", ""),
    ],
)
def test_a_date_is_french(value: date | None, style: str, text: str) -> None:
    assert filters.date_fr(value, style) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0\u00a0seconde"),
        (1, "1\u00a0seconde"),
        (61, "1\u00a0minute 1\u00a0seconde"),
        (timedelta(hours=2, minutes=5, seconds=9), "2\u00a0heures 5\u00a0minutes"),
        (timedelta(days=7), "7\u00a0jours"),
        (timedelta(days=1, minutes=3), "1\u00a0jour"),
        (None, ""),
    ],
)
def test_a_duration_names_its_two_largest_neighbouring_units(value: timedelta | int | None, text: str) -> None:
    assert filters.duree_fr(value) == text


@pytest.mark.parametrize(
    ("value", "text", "uri"),
    [
        ("+33564090090", "05 64 09 00 90", "tel:+33564090090"),
        ("05 64 090 090", "05 64 09 00 90", "tel:+33564090090"),
        ("+41446681800", "+41 44 668 18 00", "tel:+41446681800"),
        ("poste 12", "poste 12", ""),
        (None, "", ""),
    ],
)
def test_a_telephone_number_is_grouped_and_can_be_called(value: str | None, text: str, uri: str) -> None:
    assert phone_fr(value).replace("\u00a0", " ") == text
    assert phone_uri(value) == uri

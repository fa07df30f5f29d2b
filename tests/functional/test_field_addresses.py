"""Addresses from the field, typed at step 2 of the sign-up: postal codes with their towns and départements."""

from __future__ import annotations

import pytest
from tests.functional.test_field_inputs import kept, told

from esea_auth_plugin.testing.portal import Portal

pytestmark = pytest.mark.databases("sqlite")

ADDRESSES = [
    ("F26 France", {"Code postal": "33 000"}, ("33000", "Bordeaux", "")),
    ("F26 CEDEX typed whole", {"Code postal": "33076 CEDEX 9"}, ("33076", "Bordeaux CEDEX 9", "")),
    ("F26 cedex in small letters", {"Code postal": "33076\u00a0cedex"}, ("33076", "Bordeaux CEDEX", "")),
    ("F26 CEDEX in both", {"Code postal": "33076 CEDEX 9", "Ville": "Pau Cedex"}, ("33076", "Pau Cedex", "")),
    ("F26 prefix", {"Code postal": "F-33000"}, ("33000", "Bordeaux", "")),
    ("F26 Spain", {"Code postal": "20001", "Pays": "Espagne", "Ville": "Donostia"}, ("20001", "Donostia", "ES")),
    ("F26 Belgium", {"Code postal": "B-1000", "Pays": "Belgique", "Ville": "Bruxelles"}, ("1000", "Bruxelles", "BE")),
    ("F26 Andorra", {"Code postal": "500", "Pays": "Andorre", "Ville": "Andorra"}, ("AD500", "Andorra", "AD")),
    ("F26 Kingdom", {"Code postal": "sw1a1aa", "Pays": "Royaume-Uni", "Ville": "York"}, ("SW1A 1AA", "York", "GB")),
    (
        "F26 Corsica is France",
        {"Code postal": "20001", "Ville": "Ajaccio", "Département": "Corse-du-Sud"},
        ("20001", "Ajaccio", ""),
    ),
    ("F26 a town of its own", {"Code postal": "33170", "Ville": ""}, ("33170", "Gradignan", "")),
    ("F26 no département chosen", {"Département": "--choisissez--"}, ("33000", "Bordeaux", "")),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "stored"), [case[1:] for case in ADDRESSES], ids=[case[0] for case in ADDRESSES])
def test_f26_a_postal_code_is_one_of_its_country(
    portal: Portal, typed: dict[str, str], stored: tuple[str, str, str]
) -> None:
    found = kept(portal, **typed)
    assert (found["postal_code"], found["city"], found.get("country", "")) == stored
    assert ("department" in found) is (stored[2] == "")


@pytest.mark.parametrize(
    ("typed", "label", "said"),
    [
        ({"Code postal": "3300"}, "Code postal", "choisissez son pays"),
        ({"Code postal": "33076 CEDEX 999"}, "Code postal", "cinq chiffres"),
        ({"Code postal": "1000", "Pays": "Espagne"}, "Code postal", "En Espagne"),
        ({"Code postal": "01410", "Ville": "Lajoux", "Département": "--choisissez--"}, "Département", "Choisissez"),
        ({"Département": "Landes"}, "Département", "Gironde"),
        ({"Code postal": "33460", "Ville": ""}, "Ville", "Arsac, Cussac-Fort-Médoc"),
        ({"Code postal": "33999", "Ville": ""}, "Ville", "Indiquez la ville"),
    ],
)
def test_f26_what_is_no_postal_code_there_is_told_with_what_to_write(
    portal: Portal, typed: dict[str, str], label: str, said: str
) -> None:
    assert said in told(portal, label, **typed)

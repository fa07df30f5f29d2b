"""QR code: conformance, what can be typed, where an address is, what stops the start."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.qr_sign_in import MODES, give_phone

from esea_auth_plugin.auth_modes.qr_code import codes
from esea_auth_plugin.auth_modes.qr_code.geolocation import UNKNOWN, Geolocation, Location, problems_of
from esea_auth_plugin.auth_modes.qr_code.service import QrRequests
from esea_auth_plugin.auth_modes.qr_code.settings import QrSettings
from esea_auth_plugin.authentication.attempts.models import SignInRow
from esea_auth_plugin.authentication.conformance.sign_in import AuthModeConformance
from esea_auth_plugin.authentication.contract import Attempt, AuthMode, Poll, Refused, Wait
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.errors import ConfigurationError
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.foundation.security import tokens
from esea_auth_plugin.foundation.throttling import Addresses
from esea_auth_plugin.interfaces import IPasskeys, KeyVerified
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.settings(**MODES)


def under_way(portal: Portal, attempt: Attempt) -> None:
    """Store the sign-in that an attempt is a step of: an approval counts only while it lives."""
    with portal.db.writing() as session:
        if session.get(SignInRow, attempt.id) is None:
            row = SignInRow(id=attempt.id, cookie_digest=tokens.digest(attempt.id), mode="qr_code", stages=["qr_code"])
            row.stage, row.proofs, row.subject = "qr_code", [], attempt.subject
            row.created_at, row.ends_at = attempt.at, attempt.at + timedelta(minutes=20)
            session.add(row)


class TestQrCodeMode(AuthModeConformance):
    """Its right answer is none: the telephone's approval waits for the workstation that asked."""

    lifetime = timedelta(seconds=30)

    @pytest.fixture
    def mode(self, portal: Portal) -> AuthMode:
        found = modes_of(portal.registry).get("qr_code")
        assert found is not None
        return found

    @pytest.fixture
    def anne(self, portal: Portal) -> Person:
        person = portal.person()
        give_phone(portal, person)
        return person

    @pytest.fixture
    def attempt(self, portal: Portal, anne: Person) -> Attempt:
        return Attempt(
            id=new_id(), at=portal.clock.now(), service_title="Portail", address="192.0.2.7", browser="b" * 64
        )

    @pytest.fixture
    def right_answer(self, portal: Portal, anne: Person) -> Mapping[str, str]:
        passkeys = modes_of(portal.registry).get("passkey")
        assert passkeys is not None
        with portal.db.reading() as session:
            [held] = passkeys.credentials(session, anne.subject)
        self.key = KeyVerified(anne.subject, held.reference, held.label)
        return {}

    def begun(self, portal: Any, mode: AuthMode, attempt: Attempt) -> Attempt:
        under_way(portal, attempt)
        begun = super().begun(portal, mode, attempt)
        self.last = begun
        return begun

    def right(self, portal: Any, right_answer: Mapping[str, str]) -> Mapping[str, str]:
        requests, state = portal.find(QrRequests), self.last.state
        with portal.db.writing() as session:
            found = requests.by_code(session, state["code"])
            requests.approve(session, found, state["number"], self.key, portal.clock.now())
        return right_answer

    def secrets(self, values: Mapping[str, str]) -> list[str]:
        return [self.last.state["code"]]


# --- the mode by itself


def test_who_has_no_telephone_is_told_before_a_code_is_made(portal: Portal) -> None:
    mode, anne = modes_of(portal.registry).get("qr_code"), portal.person()
    assert mode is not None
    with portal.db.writing() as session:
        result = mode.begin(session, Attempt(new_id(), portal.clock.now(), subject=anne.subject))
        assert not mode.usable_by(session, anne.subject)
    assert isinstance(result, Refused)
    assert result.over


def test_a_poll_of_nothing_sends_the_page_s_form(portal: Portal) -> None:
    mode = modes_of(portal.registry).get("qr_code")
    assert mode is not None
    with portal.db.reading() as session:
        assert mode.poll_by_cookie(session, "0" * 64, portal.clock.now()) == Poll(ready=True)
        assert mode.poll(session, new_id(), portal.clock.now()).ready


def test_a_code_is_replaced_and_the_former_one_is_over(portal: Portal) -> None:
    mode = modes_of(portal.registry).get("qr_code")
    assert mode is not None
    attempt = Attempt(new_id(), portal.clock.now())
    under_way(portal, attempt)
    with portal.db.writing() as session:
        first, second = mode.begin(session, attempt), mode.begin(session, attempt)
        assert isinstance(first, Wait)
        assert isinstance(second, Wait)
        found = portal.find(QrRequests).by_code(session, first.values["code"])
        assert found is not None
        assert found.state == "ended"
        shown = mode.ask(session, replace(attempt, state=second.state or {}))
        assert shown.values["code"] == second.values["code"]


def test_without_passkeys_the_mode_stops_the_start(portal_factory: Any, base_settings: dict[str, str]) -> None:
    settings = {**base_settings, "portal.database_url": "sqlite://", "esea_auth.modes": "qr_code password"}
    with pytest.raises(ConfigurationError, match="without `passkey`"):
        portal_factory({"__file__": "test.ini"}, settings)


def test_the_service_of_passkeys_is_there(portal: Portal) -> None:
    assert portal.find(IPasskeys) is not None


# --- what is typed


@given(st.sampled_from(["sign_in", "enrolment"]), st.integers(0, 7))
def test_a_code_is_read_however_it_is_typed(kind: str, way: int) -> None:
    code = codes.new(kind)
    typed = code if way & 1 else code.replace("-", "")
    typed = typed.lower() if way & 2 else typed
    typed = f" {typed.replace('-', ' ')}\n" if way & 4 else typed
    assert codes.read(typed) == code
    assert codes.read(typed.replace("0", "O").replace("1", "l")) == code


@given(st.text(max_size=60))
def test_whatever_is_typed_it_is_a_code_in_its_written_form_or_none(typed: str) -> None:
    found = codes.read(typed)
    assert found is None or codes.read(found) == found
    number = codes.read_number(typed)
    assert number is None or (len(number) == 2 and number.isascii() and number.isdigit())


def test_a_code_has_forty_bits_and_an_addition_s_sixty() -> None:
    assert [len(codes.new(kind).replace("-", "")) * 5 for kind in ("sign_in", "enrolment")] == [40, 60]
    assert len({codes.new("sign_in") for _ in range(200)}) == 200
    assert {len(tokens.new_pairing_number()) for _ in range(200)} == {2}


# --- where


@pytest.mark.settings(
    **{"portal.establishment_networks": "192.0.2.0/24=CH d'Exemple\n198.51.100.0/24=Clinique\n10.0.0.0/8=CH d'Exemple"}
)
def test_establishments_are_named_and_are_one_network(portal: Portal) -> None:
    places = portal.find(Geolocation)
    assert places.place("192.0.2.7") == Location("CH d'Exemple", sure=True)
    assert places.place("203.0.113.9") == Location(UNKNOWN)
    assert places.place("inconnu") == Location(UNKNOWN)
    assert places.same_network("192.0.2.7", "10.1.2.3")
    assert not places.same_network("192.0.2.7", "198.51.100.7")
    assert places.same_network("2001:db8:1:2::1", "2001:db8:1:2:ffff::2"), "one home is one /64"
    assert not places.same_network("2001:db8:1:2::1", "2001:db8:1:3::1")


def test_a_geoip_file_names_the_town_and_only_where_it_knows(portal: Portal, tmp_path: Path) -> None:
    path = tmp_path / "villes.mmdb"
    town = {"city": {"names": {"fr": "Bordeaux"}}, "country": {"names": {"en": "France"}}}
    path.write_bytes(geoip("203.0.113.0/24", town))
    assert problems_of(QrSettings(geoip_file=str(path)), "test.ini") == []
    places = Geolocation(portal.find(Addresses), str(path))
    assert places.place("203.0.113.9") == Location("Bordeaux, France, d’après l’adresse réseau")
    assert places.place("192.0.2.7") == Location(UNKNOWN)
    assert places.place("::1") == Location(UNKNOWN)
    assert places.place("pas une adresse") == Location(UNKNOWN)


def test_a_geoip_file_that_is_none_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "x.mmdb").write_bytes(b"rien de tel")
    for path in (tmp_path / "absent.mmdb", tmp_path / "x.mmdb"):
        [problem] = problems_of(QrSettings(geoip_file=str(path)), "test.ini")
        assert problem.key == "esea_auth.qr.geoip_file"


def geoip(network: str, record: Mapping[str, Any]) -> bytes:
    """Return a database of the MaxMind format (version 2.0, IPv4, records of 24 bits) that knows one network."""
    wanted = ip_network(network)
    bits = f"{int(wanted.network_address):032b}"[: wanted.prefixlen]
    count = len(bits)
    tree = b""
    for place, bit in enumerate(bits):
        following = place + 1 if place + 1 < count else count + 16
        pair = [count, count]
        pair[int(bit)] = following
        tree += b"".join(struct.pack(">I", value)[1:] for value in pair)
    metadata = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_790_000_000,
        "database_type": "Test-City",
        "description": {"en": "test"},
        "ip_version": 4,
        "languages": ["fr"],
        "node_count": count,
        "record_size": 24,
    }
    return tree + b"\0" * 16 + _mmdb(record) + b"\xab\xcd\xefMaxMind.com" + _mmdb(metadata)


def _mmdb(value: Any) -> bytes:
    if isinstance(value, str):
        data = value.encode()
        return bytes([(2 << 5) | len(data)]) + data
    if isinstance(value, int):
        data = struct.pack(">I", value).lstrip(b"\0")
        return bytes([(6 << 5) | len(data)]) + data
    if isinstance(value, list):
        return bytes([len(value), 4]) + b"".join(_mmdb(each) for each in value)
    return bytes([(7 << 5) | len(value)]) + b"".join(_mmdb(key) + _mmdb(each) for key, each in value.items())

"""What the DNS and a registry are asked, and how their answers are read, whatever they answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.name_service import RETENTION, NameService

from esea_auth_plugin.accounts.mail_domains import dns_check as dns_look
from esea_auth_plugin.accounts.mail_domains.dns_check import DnsCheck
from esea_auth_plugin.accounts.mail_domains.observations import Mail, Seen
from esea_auth_plugin.accounts.mail_domains.registry_check import Registration, read_registration
from esea_auth_plugin.accounts.mail_domains.settings import registries, resolvers
from esea_auth_plugin.values import BadValue


@pytest.fixture(scope="module")
def world_of_module() -> Iterator[NameService]:
    world = NameService()
    world.start()
    yield world
    world.stop()


@pytest.fixture
def world(world_of_module: NameService) -> NameService:
    world_of_module.forget()
    return world_of_module


def look(world: NameService, domain: str, patience: float = 2.0) -> Seen:
    return DnsCheck(resolvers(world.resolver), patience).at(domain)


def test_a_domain_with_a_host_for_mail_takes_it(world: NameService) -> None:
    world.zones["chu-x.fr"] = RETENTION
    seen = look(world, "chu-x.fr")
    assert seen.mail is Mail.TAKES
    assert seen.mail_servers == {"mx.hebergeur.fr"}
    assert seen.name_servers == {"ns1.hebergeur.fr", "ns2.hebergeur.fr"}


def test_a_subdomain_has_the_name_servers_of_the_zone_above(world: NameService) -> None:
    world.zones |= {"chu-x.fr": RETENTION, "mail.chu-x.fr": {"MX": ["10 mx.chu-x.fr."]}}
    assert look(world, "mail.chu-x.fr").name_servers == {"ns1.hebergeur.fr", "ns2.hebergeur.fr"}


@pytest.mark.parametrize("address", [{"A": ["192.0.2.1"]}, {"AAAA": ["2001:db8::1"]}])
def test_without_an_mx_the_host_itself_takes_the_mail(world: NameService, address: dict[str, list[str]]) -> None:
    world.zones["petit.fr"] = address
    assert look(world, "petit.fr").mail is Mail.TAKES


@pytest.mark.parametrize("records", [None, {}, {"MX": ["0 ."]}, {"TXT": ['"v=spf1 -all"']}])
def test_a_domain_that_is_gone_empty_or_says_so_takes_none(world: NameService, records: Any) -> None:
    if records is not None:
        world.zones["parti.fr"] = records
    assert look(world, "parti.fr").mail is Mail.NONE


def test_a_server_that_is_ill_or_mute_proves_nothing(world: NameService) -> None:
    world.ill.add("malade.fr")
    world.mute.add("muet.fr")
    assert (look(world, "malade.fr").mail, look(world, "malade.fr").problem) == (Mail.UNKNOWN, "dns.no_server")
    assert (look(world, "muet.fr", 0.2).mail, look(world, "muet.fr", 0.2).problem) == (Mail.UNKNOWN, "dns.timeout")


def test_an_answer_cut_short_is_asked_for_again_over_tcp(world: NameService) -> None:
    world.zones["long.fr"] = RETENTION
    world.large.add("long.fr")
    assert look(world, "long.fr").mail is Mail.TAKES


@pytest.mark.parametrize("name", ["", ".", "a..b", "é.fr", f"{'a' * 70}.fr", "x" * 300])
def test_a_text_that_is_no_domain_proves_nothing_and_breaks_nothing(world: NameService, name: str) -> None:
    assert look(world, name).mail in {Mail.UNKNOWN, Mail.NONE}


def test_a_question_takes_four_seconds_at_most() -> None:
    assert dns_look.PATIENCE <= 4.0


# --- registries


def said(**more: Any) -> bytes:
    return json.dumps({"objectClassName": "domain", "ldhName": "CHU-X.fr", **more}).encode()


def event(action: str, date: str) -> dict[str, str]:
    return {"eventAction": action, "eventDate": date}


def test_the_newest_beginning_counts() -> None:
    events = [
        event("registration", "2001-05-06T07:08:09Z"),
        event("reregistration", "2026-05-01T12:00:00+02:00"),
        event("last changed", "2026-11-01T00:00:00Z"),
    ]
    found = read_registration(said(events=events), "chu-x.fr")
    assert found == Registration(datetime(2026, 5, 1, 10, tzinfo=UTC))


@pytest.mark.parametrize("status", ["redemption period", "Pending Delete"])
def test_a_domain_that_is_given_up_is_told(status: str) -> None:
    found = read_registration(said(status=["inactive", status]), "chu-x.fr")
    assert found == Registration(None, leaving=True)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", said(ldhName="autre.fr"), said(objectClassName="entity"), b"[" * 100_000]
)
def test_any_other_answer_says_nothing(body: bytes) -> None:
    assert read_registration(body, "chu-x.fr") is None


@pytest.mark.parametrize("date", ["", "hier", "0000-00-00", "9999-99-99T99:99:99Z", "0001-01-01T00:00:00+14:00", None])
def test_a_date_that_can_t_be_read_is_no_date(date: Any) -> None:
    found = read_registration(said(events=[{"eventAction": "registration", "eventDate": date}]), "chu-x.fr")
    assert found is not None and found.began_at is None


json_things = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(events=json_things, status=json_things)
def test_whatever_a_registry_sends_is_read_without_breaking(events: Any, status: Any) -> None:
    read_registration(
        json.dumps({"objectClassName": "domain", "ldhName": "a.fr", "events": events, "status": status}).encode(),
        "a.fr",
    )


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_without_breaking(body: bytes) -> None:
    read_registration(body, "a.fr")


# --- settings


def test_resolvers_are_addresses_with_or_without_a_port() -> None:
    assert resolvers("192.0.2.53 127.0.0.1:5353 [::1]:54 [2001:db8::1]") == (
        ("192.0.2.53", 53),
        ("127.0.0.1", 5353),
        ("::1", 54),
        ("2001:db8::1", 53),
    )


@pytest.mark.parametrize("value", ["dns.example", "192.0.2.53:0", "192.0.2.53:99999", "::1", "192.0.2.300"])
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(BadValue):
        resolvers(value)


def test_registries_are_endings_and_addresses() -> None:
    assert registries("fr = https://rdap.nic.fr") == {"fr": "https://rdap.nic.fr/"}
    assert registries("") == {}
    for wrong in ("fr = ftp://rdap.nic.fr/", "fr = http://rdap.nic.fr/", ".fr = https://rdap.nic.fr/", "fr"):
        with pytest.raises(BadValue):
            registries(wrong)

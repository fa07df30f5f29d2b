"""The parser reads every layout of the cards, whatever the order of a name's parts, and raises nothing of its own."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier
from hypothesis import example, given
from hypothesis import strategies as st
from tests.cards import Cards

from esea_auth_plugin.auth_modes.cps_card.certificate import CATEGORY, KIND, MAX_BYTES, NUMBER, Unreadable, read_der
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT
from host_app.demo.cards import BY_SLUG, Card, Igc, make_card
from host_app.demo.cards.kinds import CardKind, Layout

KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def igc() -> Igc:
    return Igc(DEFAULT_MOMENT - timedelta(days=3650))


def bare(subject: x509.Name, *extensions: tuple[ObjectIdentifier, bytes], serial: int = 7) -> bytes:
    """A certificate with this subject and these raw extensions, quickly signed by itself."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "AC")]))
        .public_key(KEY.public_key())
        .serial_number(serial)
        .not_valid_before(DEFAULT_MOMENT)
        .not_valid_after(DEFAULT_MOMENT + timedelta(days=1))
    )
    for oid, raw in extensions:
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, raw), critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def named(*attributes: tuple[ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def test_a_doctor_s_card(cards: Cards) -> None:
    card = read_der(cards["medecin"].der)
    assert (card.common_name, card.surname, card.given_name) == ("899900000011", "CASTETS", "PAUL")
    assert (card.title, card.profession, card.kind_name, card.category) == ("Médecin", 10, "CPS", 0)
    assert (card.issued_by, card.number) == ("8025000001", "2600000001")
    assert card.issuer_name == "AC IGC-SANTE FORT PERSONNES"
    assert (card.digital_signature, card.client_auth, card.is_authority, card.nominative) == (True, True, False, True)
    assert card.policies == ("1.2.250.1.213.1.7.2.1.1.1.1",)
    assert int(card.serial, 16) == cards["medecin"].certificate.serial_number


def test_an_employee_s_card(cards: Cards) -> None:
    card = read_der(cards["cpe"].der)
    assert (card.common_name, card.surname, card.given_name) == ("3330999905/0000000123", "LESTAGE", "JEAN")
    assert (card.state, card.organisation) == ("Gironde (33)", "CH DE DÉMONSTRATION DE L'ESTUAIRE")
    assert (card.unit, card.kind_name, card.profession) == ("1330999905", "CPE", None)
    structure = card.structure()
    assert structure is not None and structure.number == "330999905"


def test_a_service_card_an_organisation_and_a_card_in_training(cards: Cards) -> None:
    assert not read_der(cards["non-nominative"].der).nominative
    organisation = read_der(cards["organisation"].der)
    assert (organisation.kind, organisation.category, organisation.unit) == (None, 0, "399999900600011")
    student = read_der(cards["cpf"].der)
    assert (student.kind_name, student.profession, student.future_profession) == ("CPF", None, 10)


def test_the_former_class_4_with_its_t61_text(igc: Igc) -> None:
    kind = CardKind(
        "ancienne",
        "",
        "hopital.example",
        organisation="TEST",
        unit="399999900600011",
        layout=Layout.FORMER,
        kind=None,
        state="Paris (75)",
    )
    card = read_der(make_card(igc, kind, DEFAULT_MOMENT).der)
    assert (card.common_name, card.organisation, card.unit) == ("hopital.example", "TEST", "399999900600011")


#: DER sorts the members of an RDN by their encoding, hence by their length: these names give each of the six orders.
ORDERS = {
    ("GN", "CN", "SN"): ("A" * 5, "B" * 20),
    ("GN", "SN", "CN"): ("A" * 5, "B" * 6),
    ("SN", "GN", "CN"): ("A" * 6, "B" * 5),
    ("SN", "CN", "GN"): ("A" * 20, "B" * 5),
    ("CN", "SN", "GN"): ("A" * 21, "B" * 20),
    ("CN", "GN", "SN"): ("A" * 20, "B" * 21),
}
SHORT = {NameOID.GIVEN_NAME: "GN", NameOID.SURNAME: "SN", NameOID.COMMON_NAME: "CN"}


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("slug", ["medecin", "cpe"])
def test_each_order_of_the_three_names(igc: Igc, order: tuple[str, str, str], slug: str) -> None:
    given_name, surname = ORDERS[order]
    common_name = "899900000011" if slug == "medecin" else "3330999905/1"
    kind = replace(BY_SLUG[slug], given_name=given_name, surname=surname, common_name=common_name)
    made = make_card(igc, kind, DEFAULT_MOMENT)
    parsed = x509.load_der_x509_certificate(made.der)
    assert tuple(SHORT[attribute.oid] for attribute in list(parsed.subject.rdns)[-1]) == order
    card = read_der(made.der)
    assert (card.given_name, card.surname, card.common_name) == (given_name, surname, common_name)


def test_all_six_orders_are_tried() -> None:
    assert set(ORDERS) == set(itertools.permutations(("GN", "SN", "CN")))


@given(st.permutations(["C", "T", "O", "OU", "ST", "P"]))
def test_the_rdns_in_any_order(order: list[str]) -> None:
    person = [
        x509.NameAttribute(NameOID.GIVEN_NAME, "ALIX"),
        x509.NameAttribute(NameOID.COMMON_NAME, "899900000037"),
        x509.NameAttribute(NameOID.SURNAME, "D'EXEMPLE, É+C=FR"),
    ]
    parts = {
        "C": [x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")],
        "T": [x509.NameAttribute(NameOID.TITLE, "Médecin")],
        "O": [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "CH, CN=8")],
        "OU": [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "1330999905")],
        "ST": [x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "Gironde (33)")],
        "P": person,
    }
    card = read_der(bare(x509.Name([x509.RelativeDistinguishedName(parts[name]) for name in order])))
    assert (card.common_name, card.given_name, card.surname) == ("899900000037", "ALIX", "D'EXEMPLE, É+C=FR")
    assert (card.organisation, card.unit, card.state) == ("CH, CN=8", "1330999905", "Gironde (33)")


@pytest.mark.parametrize("oid", [NameOID.COMMON_NAME, NameOID.SURNAME, NameOID.ORGANIZATIONAL_UNIT_NAME])
def test_an_attribute_given_twice_is_anybody_s_guess(oid: ObjectIdentifier) -> None:
    with pytest.raises(Unreadable):
        read_der(bare(named((oid, "899900000011"), (oid, "899900000037"))))


@pytest.mark.parametrize("name", ["A\nB", "A\u202eB", "A\x00B", "A\u200bB", "A" * 61 + "\u2028"])
def test_names_with_signs_that_forge_what_is_read(name: str) -> None:
    with pytest.raises(Unreadable):
        read_der(bare(named((NameOID.SURNAME, name))))


@pytest.mark.parametrize(
    ("oid", "raw"),
    [
        (CATEGORY, b"\x04\x00"),
        (CATEGORY, b"\x04\x02\x00\x00"),
        (CATEGORY, b"\x02\x01\x00"),
        (CATEGORY, b"\x04\x01\x00\x00"),
        (CATEGORY, b"\x04\x81\x01\x00"),
        (CATEGORY, b""),
        (KIND, b"\x02\x01\xff"),
        (KIND, b"\x02\x02\x00\x01"),
        (KIND, b"\x02\x03\x01\x00\x00"),
        (KIND, b"\x02\x00"),
        (NUMBER, b"\x13\x0a8025000001"),
        (NUMBER, b"\x13\x1525000001/2600000001x"),
        (NUMBER, b"\x13\x15\xff" + b"0" * 20),
    ],
)
def test_an_extension_of_another_shape_is_refused(oid: ObjectIdentifier, raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read_der(bare(named((NameOID.COMMON_NAME, "8")), (oid, raw)))


def test_a_code_above_127_is_read(igc: Igc) -> None:
    assert read_der(bare(named((NameOID.COMMON_NAME, "8")), (KIND, b"\x02\x02\x00\x80"))).kind == 128


def test_too_long_to_be_a_card_is_refused_unread() -> None:
    with pytest.raises(Unreadable, match="too long"):
        read_der(b"\x30" * (MAX_BYTES + 1))


def judged(der: bytes) -> None:
    """Whatever comes: a card, or the package's own refusal; nothing else."""
    try:
        card = read_der(der)
    except Unreadable:
        return
    card.person(relaxed=True)
    card.person()
    card.structure()


@given(st.binary(max_size=4096))
@example(b"")
@example(b"\x30\x80")
def test_no_bytes_raise_anything_else(der: bytes) -> None:
    judged(der)


@given(st.data())
def test_no_mutation_of_a_card_raises_anything_else(cards: Cards, data: st.DataObject) -> None:
    judged(mutated(bytearray(cards["cpe"].der), data.draw))


def mutated(der: bytearray, draw: Any) -> bytes:
    """Change, cut, double or insert a few bytes."""
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(der) - 1)))
        act = draw(st.sampled_from(["set", "cut", "insert", "double"]))
        if act == "set" and der:
            der[place] = draw(st.integers(0, 255))
        elif act == "cut":
            del der[place : place + draw(st.integers(1, 64))]
        elif act == "insert":
            der[place:place] = draw(st.binary(min_size=1, max_size=8))
        else:
            der[place:place] = der[place : place + draw(st.integers(1, 64))]
    return bytes(der)


@given(st.text(max_size=60))
def test_any_text_is_read_as_it_stands_or_refused(text: str) -> None:
    try:
        der = bare(named((NameOID.SURNAME, text)))
    except ValueError:
        return  # no such certificate can be made
    try:
        assert read_der(der).surname == read_der(der).surname
    except Unreadable:
        return
    assert "\n" not in read_der(der).surname


def test_the_serial_number_must_be_one(igc: Igc) -> None:
    made: Card = make_card(igc, BY_SLUG["medecin"], DEFAULT_MOMENT)
    der = bytearray(made.der)
    place = der.index(made.certificate.serial_number.to_bytes(16))
    der[place] |= 0x80
    with pytest.raises(Unreadable):
        read_der(bytes(der))

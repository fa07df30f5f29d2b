"""`attestation = required`: a key is kept if its maker attests for it, by a chain that ends at a root of the portal's.

What `webauthn` verifies (the chain, the signature) and what it leaves to us (WebAuthn level 3, 8.2 and 8.2.1: the
certificate's own fields, the model it names, its time by our clock) are each given wrong once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from tests.attestation import END, START, Authority, root
from tests.passkeys import MODES, give_key, sign_in_with

from esea_auth_plugin.auth_modes.passkey import ceremony
from esea_auth_plugin.auth_modes.passkey.attestation import judge
from esea_auth_plugin.auth_modes.passkey.ceremony import NewKey
from esea_auth_plugin.auth_modes.passkey.errors import NotVerified
from esea_auth_plugin.auth_modes.passkey.settings import PasskeySettings
from esea_auth_plugin.testing.authenticator import CHROMIUM, Authenticator
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.databases import Backend
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.smtp import SmtpSink

MODEL, ANOTHER = "2fc0579f-8113-47ea-b116-bb5a8db9202a", "ee882879-721c-4913-9775-3dfcce97072a"
ORIGIN, RP_ID = "https://portail.example.fr", "portail.example.fr"
TODAY = dt.datetime(2026, 9, 14, 8, tzinfo=dt.UTC)

STATEMENT = root("Racine des mutations").attests(MODEL)(b"a key")
Chain, Fields, Model, Time = (
    "passkey.not_verified",
    "passkey.attestation_certificate",
    "passkey.attestation_model",
    "passkey.attestation_time",
)


@pytest.fixture(scope="module")
def maker() -> Authority:
    return root()


@pytest.fixture
def roots(maker: Authority, tmp_path: Path) -> Path:
    """The portal's file: this maker's root, and another's."""
    path = tmp_path / "racines.pem"
    path.write_bytes(root("Une autre racine").pem + maker.pem)
    return path


def kept(attests: Any, roots: Path, *models: str, at: dt.datetime = TODAY, claims: str = MODEL) -> NewKey:
    """Have a device make a key, and verify it."""
    settings = PasskeySettings(attestation="required", attestation_roots=str(roots), models=models)
    options = ceremony.creation_options(
        b"a challenge", RP_ID, "Portail", handle=b"h" * 32, name="a", display_name="A", rows=(), settings=settings
    )
    assert options["attestation"] == "direct"
    credential = json.loads(Authenticator(ORIGIN, aaguid=claims, attests=attests).create(options))
    return ceremony.verify_new(credential, b"a challenge", RP_ID, [ORIGIN], settings, at)


def refused(attests: Any, roots: Path, *models: str, **how: Any) -> str:
    """Return the code with which it is refused."""
    with pytest.raises(NotVerified) as error:
        kept(attests, roots, *models, **how)
    return error.value.code


# --- accepted


def test_a_key_whose_maker_is_known_is_kept(maker: Authority, roots: Path) -> None:
    assert kept(maker.attests(MODEL), roots).aaguid == MODEL


def test_an_authority_between_root_and_certificate_comes_with_the_answer(maker: Authority, roots: Path) -> None:
    assert kept(maker.below().attests(MODEL), roots).aaguid == MODEL


def test_a_damaged_root_does_not_spoil_the_others(maker: Authority, tmp_path: Path) -> None:
    path = tmp_path / "racines.pem"
    damaged = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    path.write_bytes(damaged + maker.pem + b"Un commentaire.\n" + damaged)
    assert kept(maker.attests(MODEL), path).aaguid == MODEL


def test_a_file_of_damaged_roots_accepts_nothing(maker: Authority, tmp_path: Path) -> None:
    path = tmp_path / "racines.pem"
    path.write_bytes(b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    assert refused(maker.attests(MODEL), path) == "passkey.no_roots"


def test_a_listed_model_is_kept(maker: Authority, roots: Path) -> None:
    assert kept(maker.attests(MODEL), roots, ANOTHER, MODEL.upper()).aaguid == MODEL


def test_a_root_of_one_model_only_need_not_name_it(maker: Authority, roots: Path) -> None:
    """WebAuthn 8.2.1 asks for the extension where a root attests for several."""
    assert kept(maker.attests(MODEL, extension=None), roots).aaguid == MODEL


def test_it_then_signs_in_at_a_portal_that_asks_for_it(
    maker: Authority, roots: Path, applications: Applications, clock: ManualClock, smtp: SmtpSink, backend: Backend
) -> None:
    asked = {"esea_auth.passkey.attestation": "required", "esea_auth.passkey.attestation_roots": str(roots)}
    registry, wsgi = applications.get(backend, {**MODES, **asked})
    portal = Portal(registry, wsgi, clock, smtp, backend)
    key = give_key(portal, portal.person(), attests=maker.attests(CHROMIUM))
    assert sign_in_with(portal.browser(), key).location.endswith("/compte")
    with pytest.raises(AssertionError):
        give_key(portal, portal.person(), attests=root().attests(CHROMIUM))
    portal.close()


# --- the chain


def test_another_root_is_refused(roots: Path) -> None:
    assert refused(root().attests(MODEL), roots) == Chain, "of the same name, even"


def test_a_chain_that_ends_elsewhere_is_refused(maker: Authority, roots: Path) -> None:
    elsewhere = root("Ailleurs")
    assert refused(elsewhere.below().attests(MODEL), roots) == Chain
    stitched = elsewhere.attests(MODEL, above=(maker.certificate,))
    assert refused(stitched, roots) == Chain, "the root sent along has not signed it"
    missing = maker.below().attests(MODEL, above=())
    assert refused(missing, roots) == Chain, "the authority between is missing"


def test_a_certificate_that_signs_another_makes_no_authority_of_itself(maker: Authority, roots: Path) -> None:
    """Whoever took the key out of one device must not attest for any model with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = maker._certificate(key, MODEL, {})
    assert refused(Authority(leaf, key, (leaf,)).attests(ANOTHER), roots, claims=ANOTHER) == Chain


def test_another_key_than_the_certificates_is_refused(maker: Authority, roots: Path) -> None:
    stolen = maker.attests(MODEL, signed_by=ec.generate_private_key(ec.SECP256R1()))
    assert refused(stolen, roots) == Chain


def test_a_word_for_one_key_is_none_for_another(maker: Authority, roots: Path) -> None:
    """An answer of an honest device, copied under a key that it never made."""
    said = maker.attests(MODEL)(b"another key")
    assert refused(lambda data: said, roots) == Chain


@pytest.mark.parametrize("x5c", [[], [b""], [b"no certificate"], [b"\x30\x82\xff\xff"]])
def test_what_is_no_certificate_is_refused(maker: Authority, roots: Path, x5c: list[bytes]) -> None:
    assert refused(maker.attests(MODEL, x5c=x5c), roots) in {Chain, "passkey.no_attestation"}


def test_a_file_of_roots_that_is_gone_or_empty_closes_the_door(maker: Authority, roots: Path) -> None:
    """Read at each use, so that a root can be added; without any, the library takes every chain for good."""
    roots.write_bytes(b"")
    assert refused(maker.attests(MODEL), roots) == "passkey.no_roots"
    assert refused(root().attests(MODEL), roots) == "passkey.no_roots"
    roots.unlink()
    assert refused(maker.attests(MODEL), roots) == "passkey.no_roots"


# --- its time


def test_a_certificate_that_is_over_is_refused(maker: Authority, roots: Path) -> None:
    assert refused(maker.attests(MODEL, end=START + dt.timedelta(days=30)), roots) == Chain


@pytest.mark.parametrize("at", [START - dt.timedelta(seconds=1), END + dt.timedelta(seconds=1)])
def test_the_portals_clock_judges_every_certificate_sent(maker: Authority, roots: Path, at: dt.datetime) -> None:
    assert refused(maker.attests(MODEL), roots, at=at) == Time
    young = START - dt.timedelta(days=400)
    long_lived = maker.below().attests(MODEL, start=young, end=END + dt.timedelta(days=400))
    assert refused(long_lived, roots, at=at) == Time, "the authority between is over"


# --- the model


def test_a_certificate_of_another_model_is_refused(maker: Authority, roots: Path) -> None:
    """The device claims a model that is accepted; its certificate says which one it is."""
    assert refused(maker.attests(ANOTHER), roots, MODEL, claims=MODEL) == Model
    assert refused(maker.attests(ANOTHER), roots, claims=MODEL) == Model, "with no list either"
    assert refused(maker.attests(ANOTHER), roots, MODEL, claims=ANOTHER) == "passkey.model"


def test_a_listed_model_is_one_that_a_certificate_names(maker: Authority, roots: Path) -> None:
    assert refused(maker.attests(MODEL, extension=None), roots, MODEL) == Model


@pytest.mark.parametrize(
    "extension", [b"", b"\x04\x10", bytes.fromhex(MODEL.replace("-", "")), b"\x04\x11" + b"\x00" * 17]
)
def test_an_extension_that_is_no_model_is_refused(maker: Authority, roots: Path, extension: bytes) -> None:
    assert refused(maker.attests(MODEL, extension=extension), roots) == Model


# --- the certificate's fields (8.2.1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": {NameOID.COUNTRY_NAME: None}},
        {"subject": {NameOID.COUNTRY_NAME: "FRA"}},
        {"subject": {NameOID.ORGANIZATION_NAME: None}},
        {"subject": {NameOID.ORGANIZATIONAL_UNIT_NAME: None}},
        {"subject": {NameOID.ORGANIZATIONAL_UNIT_NAME: "Web servers"}},
        {"subject": {NameOID.COMMON_NAME: None}},
        {"ca": True},
        {"constraints": False},
        {"critical": True},
    ],
    ids=lambda wrong: str(next(iter(wrong.items()))),
)
def test_a_certificate_made_for_something_else_is_refused(
    maker: Authority, roots: Path, wrong: Mapping[str, Any]
) -> None:
    """A root may sign other things than authenticators: servers, people, and authorities."""
    assert refused(maker.attests(MODEL, **wrong), roots) in {Fields, Chain}


def as_sent(certificate: bytes) -> bytes:
    """Return an attestation object with this certificate."""
    statement: dict[str, Any] = {**STATEMENT, "x5c": [certificate]}
    return cbor2.dumps({"fmt": "packed", "attStmt": statement, "authData": bytes(37)})


@given(st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), max_size=3))
def test_no_bytes_in_place_of_a_certificate_raise_anything_else(changed: list[tuple[int, int]]) -> None:
    der = bytearray(STATEMENT["x5c"][0])
    judge(as_sent(bytes(der)), MODEL, TODAY, model_listed=True)
    for place, value in changed:
        der[place % len(der)] = value
    with contextlib.suppress(NotVerified):
        judge(as_sent(bytes(der)), MODEL, TODAY, model_listed=True)

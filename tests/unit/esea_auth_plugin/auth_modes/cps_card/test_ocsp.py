"""OCSP, asked of a real responder: openssl's own, at the machine's time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from tests.cards import Cards, write_cards

from esea_auth_plugin.auth_modes.cps_card import ocsp
from esea_auth_plugin.auth_modes.cps_card.certificate import read_der
from esea_auth_plugin.auth_modes.cps_card.refusals import CardRefused
from esea_auth_plugin.auth_modes.cps_card.settings import CardSettings
from esea_auth_plugin.auth_modes.cps_card.trust import Trust
from esea_auth_plugin.testing import ports
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.databases import Backend
from esea_auth_plugin.testing.fixtures import Applications
from esea_auth_plugin.testing.processes import Helper, says
from esea_auth_plugin.testing.settings import SERVICES
from host_app.demo.cards import BY_SLUG, make_card
from host_app.demo.cards.authority import Igc, ocsp_responder
from host_app.demo.cards.making import Card


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Cards:
    """Cards as they are at the machine's time, which openssl's responder lives in."""
    now = datetime.now(UTC).replace(microsecond=0)
    return write_cards(tmp_path_factory.mktemp("igc-ocsp"), SERVICES.read_text(encoding="utf-8"), now)


@contextmanager
def responder(cards: Cards, *, signer: str = "repondeur") -> Iterator[str]:
    """Run openssl's responder; yield its address."""
    port = ports.lease()
    command = ["openssl", "ocsp", "-port", str(port), "-index", "ocsp/index.txt", "-CA", "autorites/ACI-FO-PP.pem"]
    command += ["-rsigner", f"ocsp/{signer}.pem", "-rkey", f"ocsp/{signer}.key", "-nmin", "10"]
    # It says so once it listens; a connection to see whether it does would keep it from the next one.
    with Helper(command, ready=says("^ACCEPT"), cwd=cards.folder):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def address(today: Cards) -> Iterator[str]:
    with responder(today) as url:
        yield url


@pytest.fixture
def registry(today: Cards, applications: Applications, clock: ManualClock, backend: Backend) -> Any:
    settings = {**today.settings, "portal.outbound_private_networks": "127.0.0.0/8"}
    found, _ = applications.get(backend, settings)
    clock.set(datetime.now(UTC))
    return found


def check(registry: Any, card: Card, **changed: Any) -> None:
    from esea_auth_plugin.services import find

    settings = replace(find(registry, CardSettings), **changed)
    ocsp.check(registry, settings, find(registry, Trust), read_der(card.der))


def test_the_responder_s_word_is_heard(registry: Any, today: Cards, address: str) -> None:
    check(registry, today["medecin"], ocsp="required", ocsp_url=address)
    with pytest.raises(CardRefused, match=r"card\.revoked"):
        check(registry, today["revoquee"], ocsp="also", ocsp_url=address)


def test_a_card_that_the_responder_does_not_know_needs_an_answer_where_one_is_required(
    registry: Any, today: Cards, address: str
) -> None:
    unknown = make_card(
        Igc(datetime.now(UTC)), BY_SLUG["medecin"], datetime.now(UTC), signed_by=today["medecin"].authority
    )
    check(registry, unknown, ocsp="also", ocsp_url=address)
    with pytest.raises(CardRefused, match=r"card\.ocsp"):
        check(registry, unknown, ocsp="required", ocsp_url=address)


def test_a_responder_that_is_away_closes_the_door_only_where_it_is_required(registry: Any, today: Cards) -> None:
    nobody = f"http://127.0.0.1:{ports.lease()}"
    check(registry, today["medecin"], ocsp="also", ocsp_url=nobody)
    check(registry, today["medecin"], ocsp="off", ocsp_url=nobody)
    with pytest.raises(CardRefused, match=r"card\.ocsp"):
        check(registry, today["medecin"], ocsp="required", ocsp_url=nobody)


def test_a_responder_that_nobody_empowered_is_not_heard(registry: Any, today: Cards) -> None:
    """Whoever signs with a card of their own, or with an authority made at home, says nothing about anybody."""
    third_party = ocsp_responder(Igc(datetime.now(UTC) - timedelta(days=9)).people("FORT"), datetime.now(UTC))
    card = today["infirmiere"]
    folder = today.folder / "ocsp"
    (folder / "faux.pem").write_bytes(third_party.pem)
    (folder / "faux.key").write_bytes(replace(card, key=third_party.key).key_pem())
    (folder / "carte.pem").write_bytes(card.pem)
    (folder / "carte.key").write_bytes(card.key_pem())
    for signer in ("faux", "carte"):
        with responder(today, signer=signer) as url, pytest.raises(CardRefused, match=r"card\.ocsp"):
            check(registry, today["medecin"], ocsp="required", ocsp_url=url)


def answered(card: Card) -> tuple[bytes, Any, x509.Certificate]:
    """An answer to a question about ``card``, kept to be shown again."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509 import ocsp as made

    authority = card.authority
    builder = made.OCSPRequestBuilder().add_certificate(card.certificate, authority.certificate, hashes.SHA1())
    question = builder.add_extension(x509.OCSPNonce(b"n" * 16), critical=False).build()
    now = datetime.now(UTC)
    answer = (
        made.OCSPResponseBuilder()
        .add_response(
            card.certificate,
            authority.certificate,
            hashes.SHA1(),
            made.OCSPCertStatus.GOOD,
            now,
            now + timedelta(minutes=10),
            None,
            None,
        )
        .responder_id(made.OCSPResponderEncoding.HASH, authority.certificate)
        .add_extension(x509.OCSPNonce(b"n" * 16), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    from cryptography.hazmat.primitives.serialization import Encoding

    return answer.public_bytes(Encoding.DER), question, authority.certificate


def test_an_answer_replayed_later_or_to_another_question_is_none(today: Cards) -> None:
    body, question, issuer = answered(today["medecin"])
    now = datetime.now(UTC)
    assert ocsp.judge(body, question, issuer, now)
    with pytest.raises(ocsp.NoAnswer, match="too old"):
        ocsp.judge(body, question, issuer, now + timedelta(minutes=16))
    with pytest.raises(ocsp.NoAnswer, match="another card"):
        ocsp.judge(body, answered(today["infirmiere"])[1], issuer, now)
    with pytest.raises(ocsp.NoAnswer):
        ocsp.judge(body[:-1] + bytes([body[-1] ^ 1]), question, issuer, now)
    with pytest.raises(ocsp.NoAnswer):
        ocsp.judge(b"\x30\x03\x0a\x01\x06", question, issuer, now)

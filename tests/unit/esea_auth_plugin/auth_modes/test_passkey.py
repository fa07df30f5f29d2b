"""Passkeys: conformance, and every step of the verification given wrong once (WebAuthn level 3, 7.1 and 7.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from esea_auth_plugin.auth_modes.passkey.ceremony import read_credential
from esea_auth_plugin.auth_modes.passkey.errors import NotVerified
from esea_auth_plugin.auth_modes.passkey.makers import maker_of
from esea_auth_plugin.authentication.conformance.enrolment import EnrolmentConformance
from esea_auth_plugin.authentication.contract import Attempt, AuthMode, Enrolled, Proven, Refused
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.interfaces import Factor, IPasskeys, PortalSettings
from esea_auth_plugin.testing.authenticator import BE, BS, UP, UV, Authenticator, copy_of
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.settings(**{"esea_auth.modes": "passkey password mail_code"})

BROWSER = "browser-of-the-test"


@pytest.fixture
def mode(portal: Portal) -> AuthMode:
    found = modes_of(portal.registry).get("passkey")
    assert found is not None
    return found


@pytest.fixture
def owner(portal: Portal) -> Person:
    return portal.person()


@pytest.fixture
def device(portal: Portal) -> Authenticator:
    return Authenticator(portal.find(PortalSettings).url)


def adding(portal: Portal, owner: Person) -> Attempt:
    return Attempt(new_id(), portal.clock.now(), subject=owner.subject, email=owner.email, browser=BROWSER)


def added(portal: Portal, mode: AuthMode, owner: Person, device: Authenticator, **wrong: Any) -> Any:
    """Add a key of the device, some of it wrong; return the mode's result."""
    attempt = adding(portal, owner)
    with portal.db.writing() as session:
        shown = mode.enrolment.begin(session, attempt)
        values = {
            "credential": device.create(shown.values["options"], **wrong),  # type: ignore[union-attr]
            "challenge": shown.values["challenge"],  # type: ignore[union-attr]
            "label": "Mon téléphone",
        }
        return mode.enrolment.answer(session, Attempt(**{**_fields(attempt), "values": values}), None)


def _fields(attempt: Attempt) -> dict[str, Any]:
    return {name: getattr(attempt, name) for name in attempt.__slots__}


def signed(portal: Portal, mode: AuthMode, device: Authenticator, *, browser: str = BROWSER, **wrong: Any) -> Any:
    """Sign in with the device's key, some of it wrong; return the mode's result."""
    asking = Attempt(new_id(), portal.clock.now(), browser=browser)
    with portal.db.reading() as session:
        shown = mode.ask(session, asking)
    key = wrong.pop("key", None)
    answering_browser = wrong.pop("answering_browser", browser)
    values = {"credential": device.get(shown.values["options"], key, **wrong), "challenge": shown.values["challenge"]}
    values.update(wrong.pop("values", {}))
    with portal.db.writing() as session:
        answer = Attempt(asking.id, portal.clock.now(), browser=answering_browser, values=values)
        return mode.answer(session, answer, None)


class TestPasskeyMode(EnrolmentConformance):
    lifetime = timedelta(minutes=5, seconds=1)

    @pytest.fixture
    def enrolled(self, portal: Portal, mode: AuthMode, owner: Person, device: Authenticator) -> Enrolled:
        found = added(portal, mode, owner, device)
        assert isinstance(found, Enrolled)
        return found

    @pytest.fixture
    def attempt(self, portal: Portal, enrolled: Enrolled) -> Attempt:
        return Attempt(new_id(), portal.clock.now(), browser=BROWSER)

    @pytest.fixture
    def right_answer(
        self, portal: Portal, mode: AuthMode, attempt: Attempt, device: Authenticator
    ) -> Mapping[str, str]:
        with portal.db.reading() as session:
            shown = mode.ask(session, attempt)
        return {"credential": device.get(shown.values["options"]), "challenge": str(shown.values["challenge"])}

    def enrolment_answer(self, portal: Any, shown: Any) -> Mapping[str, str]:
        device = Authenticator(portal.find(PortalSettings).url)
        return {"credential": device.create(shown.values["options"]), "challenge": shown.values["challenge"]}

    def enrolment_secrets(self, shown: Any, added: Any) -> list[str]:
        return [shown.values["options"]["challenge"]]


def test_a_key_proves_resistance_to_phishing_by_itself(
    portal: Portal, mode: AuthMode, owner: Person, device: Authenticator
) -> None:
    added(portal, mode, owner, device)
    result = signed(portal, mode, device)
    assert isinstance(result, Proven)
    assert result.subject == owner.subject
    assert result.proof.factors == {Factor.VERIFIED_KEY} and result.proof.phishing_resistant


@pytest.mark.parametrize(
    "wrong",
    [
        {"challenge": "AAAA"},
        {"origin": "https://portail.example.org.evil.example"},
        {"origin": "http://localhost:1"},
        {"rp_id": "evil.example"},
        {"type": "webauthn.create"},
        {"flags": UP},
        {"flags": UV},
        {"flags": 0},
        {"flags": UP | UV | BE},
        {"handle": "AAAA"},
        {"handle": None},
        {"id": "AAAA"},
        {"raw_id": "AAAA"},
        {"cross_origin": True},
        {"top_origin": "https://evil.example"},
        {"values": {"challenge": ""}},
        {"values": {"credential": "{}"}},
        {"values": {"credential": "[1]"}},
        {"answering_browser": "somebody-else"},
        {"answering_browser": ""},
    ],
    ids=lambda wrong: "-".join(f"{name}-{value}" for name, value in wrong.items())[:40],
)
def test_each_step_of_a_signature_refuses(
    portal: Portal, mode: AuthMode, owner: Person, device: Authenticator, wrong: dict[str, Any]
) -> None:
    added(portal, mode, owner, device)
    values = wrong.pop("values", None)
    result = _signed_with(portal, mode, device, values) if values else signed(portal, mode, device, **wrong)
    assert isinstance(result, Refused), result
    assert isinstance(signed(portal, mode, device), Proven), "the right one still passes"


def _signed_with(portal: Portal, mode: AuthMode, device: Authenticator, values: dict[str, str]) -> Any:
    asking = Attempt(new_id(), portal.clock.now(), browser=BROWSER)
    with portal.db.reading() as session:
        shown = mode.ask(session, asking)
    right = {"credential": device.get(shown.values["options"]), "challenge": str(shown.values["challenge"])}
    with portal.db.writing() as session:
        return mode.answer(
            session, Attempt(asking.id, portal.clock.now(), browser=BROWSER, values={**right, **values}), None
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"challenge": "AAAA"},
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"type": "webauthn.get"},
        {"flags": UP},
        {"flags": UV},
        {"id": "AAAA"},
        {"raw_id": "AAAA"},
        {"cross_origin": True},
    ],
    ids=lambda wrong: "-".join(f"{name}-{value}" for name, value in wrong.items()),
)
def test_each_step_of_a_registration_refuses(
    portal: Portal, mode: AuthMode, owner: Person, device: Authenticator, wrong: dict[str, Any]
) -> None:
    assert isinstance(added(portal, mode, owner, device, **wrong), Refused)
    with portal.db.reading() as session:
        assert not portal.find(IPasskeys).held_by(session, owner.subject)


def test_a_copied_key_is_refused_and_the_trail_says_so(
    portal: Portal, mode: AuthMode, owner: Person, device: Authenticator
) -> None:
    added(portal, mode, owner, device)
    thief = copy_of(device.keys[0])
    assert isinstance(signed(portal, mode, device), Proven)
    result = signed(portal, mode, device, key=thief)
    assert isinstance(result, Refused) and result.over and "copiée" in result.message
    with portal.db.reading() as session:
        assert "passkey.copied" in set(session.scalars(select(AuditEvent.action)))


def test_synchronised_keys_never_count_and_that_is_no_copy(
    portal: Portal, mode: AuthMode, owner: Person, device: Authenticator
) -> None:
    device.flags, device.counts = UP | UV | BE | BS, False
    added(portal, mode, owner, device)
    assert all(isinstance(signed(portal, mode, device), Proven) for _ in range(3))
    with portal.db.reading() as session:
        (held,) = mode.credentials(session, owner.subject)
    assert "synchronisée" in held.note and "Chromium" in held.kind


def test_another_persons_key_opens_no_step_up(
    portal: Portal, mode: AuthMode, owner: Person, device: Authenticator
) -> None:
    other, others = portal.person(), Authenticator(device.origin)
    added(portal, mode, owner, device)
    added(portal, mode, other, others)
    asking = Attempt(new_id(), portal.clock.now(), subject=owner.subject, browser=BROWSER)
    with portal.db.reading() as session:
        shown = mode.ask(session, asking)
    credential = others.get(shown.values["options"], others.keys[0])
    values = {"credential": credential, "challenge": str(shown.values["challenge"])}
    with portal.db.writing() as session:
        answer = Attempt(asking.id, portal.clock.now(), subject=owner.subject, browser=BROWSER, values=values)
        assert isinstance(mode.answer(session, answer, None), Refused)


@pytest.mark.parametrize(("handle", "opens"), [(None, True), ("", True), ("AAAA", False), (" ", False)])
def test_a_key_that_was_asked_for_by_its_id_need_not_name_its_owner(
    portal: Portal, mode: AuthMode, owner: Person, device: Authenticator, handle: str | None, opens: bool
) -> None:
    """Some security keys don't (WebAuthn 7.2, step 6), or give an empty one; a wrong name stays wrong."""
    added(portal, mode, owner, device)
    asking = Attempt(new_id(), portal.clock.now(), subject=owner.subject, browser=BROWSER)
    with portal.db.reading() as session:
        shown = mode.ask(session, asking)
    credential = device.get(shown.values["options"], handle=handle)
    values = {"credential": credential, "challenge": str(shown.values["challenge"])}
    answer = Attempt(asking.id, portal.clock.now(), subject=owner.subject, browser=BROWSER, values=values)
    with portal.db.writing() as session:
        assert isinstance(mode.answer(session, answer, None), Proven) is opens


def test_one_key_belongs_to_one_account(portal: Portal, mode: AuthMode, owner: Person, device: Authenticator) -> None:
    added(portal, mode, owner, device)
    other = portal.person()
    attempt = adding(portal, other)
    with portal.db.writing() as session:
        shown = mode.enrolment.begin(session, attempt)
        stolen = device.create(shown.values["options"])  # type: ignore[union-attr]
        first = {"credential": stolen, "challenge": shown.values["challenge"]}  # type: ignore[union-attr]
        assert isinstance(
            mode.enrolment.answer(session, Attempt(**{**_fields(attempt), "values": first}), None), Enrolled
        )
        again = mode.enrolment.ask(session, attempt)
        values = {"credential": stolen, "challenge": again.values["challenge"]}
        assert isinstance(
            mode.enrolment.answer(session, Attempt(**{**_fields(attempt), "values": values}), None), Refused
        )


def test_a_challenge_serves_the_purpose_it_was_made_for(
    portal: Portal, mode: AuthMode, owner: Person, device: Authenticator
) -> None:
    added(portal, mode, owner, device)
    keys = portal.find(IPasskeys)
    with portal.db.writing() as session:
        offer = keys.request_options(session, browser=BROWSER, subject=None, purpose="qr.approve|1|42")
        values = {"credential": device.get(offer["options"]), "challenge": offer["challenge"]}
        now = portal.clock.now()
        for purpose in ("qr.approve|1|43", "qr.approve|2|42", "passkey.sign_in"):
            assert keys.verify(session, values=values, browser=BROWSER, subject=None, purpose=purpose, at=now) is None
        right = keys.verify(session, values=values, browser=BROWSER, subject=None, purpose="qr.approve|1|42", at=now)
        assert right is not None and right.subject == owner.subject
        again = keys.verify(session, values=values, browser=BROWSER, subject=None, purpose="qr.approve|1|42", at=now)
        assert again is None


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300).map(lambda raw: raw.decode("latin-1"))))
def test_whatever_is_sent_is_a_credential_or_refused(text: str) -> None:
    with pytest.raises(NotVerified):
        read_credential(text)


def test_models_are_named_and_zeros_name_nothing() -> None:
    assert maker_of("08987058-CADC-4b81-b6e1-30de50dcbe96") == "Windows Hello"
    assert maker_of("00000000-0000-0000-0000-000000000000") == ""


@pytest.mark.parametrize("attachment", ["", "quantum", None, 5])
def test_an_attachment_that_says_nothing_counts_as_none(
    portal: Portal, mode: AuthMode, owner: Person, device: Authenticator, attachment: object
) -> None:
    """WebAuthn level 3, 5.1: a value that is unknown is ignored."""
    added(portal, mode, owner, device)
    asking = Attempt(new_id(), portal.clock.now(), subject=owner.subject, browser=BROWSER)
    with portal.db.reading() as session:
        shown = mode.ask(session, asking)
    sent = {**json.loads(device.get(shown.values["options"])), "authenticatorAttachment": attachment}
    values = {"credential": json.dumps(sent), "challenge": str(shown.values["challenge"])}
    answer = Attempt(asking.id, portal.clock.now(), subject=owner.subject, browser=BROWSER, values=values)
    with portal.db.writing() as session:
        assert isinstance(mode.answer(session, answer, None), Proven)


def test_an_empty_handle_names_nobody_where_the_key_must(
    portal: Portal, mode: AuthMode, owner: Person, device: Authenticator
) -> None:
    """Whoever signs in with any key of ours is named by the key alone."""
    added(portal, mode, owner, device)
    asking = Attempt(new_id(), portal.clock.now(), browser=BROWSER)
    with portal.db.reading() as session:
        shown = mode.ask(session, asking)
    credential = device.get(shown.values["options"], device.keys[0], handle="")
    values = {"credential": credential, "challenge": str(shown.values["challenge"])}
    answer = Attempt(asking.id, portal.clock.now(), browser=BROWSER, values=values)
    with portal.db.writing() as session:
        assert isinstance(mode.answer(session, answer, None), Refused)

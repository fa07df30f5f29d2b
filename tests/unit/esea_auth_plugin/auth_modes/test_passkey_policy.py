"""Which authenticators a portal accepts, and settings that would make keys in vain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.attestation import root

from esea_auth_plugin.auth_modes.passkey import ceremony
from esea_auth_plugin.auth_modes.passkey.errors import NotVerified
from esea_auth_plugin.auth_modes.passkey.makers import maker_of
from esea_auth_plugin.auth_modes.passkey.settings import PREFIX, PasskeySettings, problems
from esea_auth_plugin.testing.authenticator import CHROMIUM, Authenticator
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT

YUBIKEY_5 = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
URL = {"portal.url": "https://portail.example.fr"}


@pytest.fixture
def roots(tmp_path: Path) -> str:
    """A file with one maker's root."""
    path = tmp_path / "racines.pem"
    path.write_bytes(root().pem)
    return str(path)


def judged(settings: PasskeySettings) -> str:
    """Return the code with which an ordinary key is refused under these settings, ``""`` if it is accepted."""
    device, origin = Authenticator("https://portail.example.fr"), "https://portail.example.fr"
    options = ceremony.creation_options(
        b"a challenge", "portail.example.fr", "Portail", handle=b"h" * 32, name="a", display_name="A", rows=(),
        settings=settings,
    )  # fmt: skip
    credential = json.loads(device.create(options))
    try:
        ceremony.verify_new(credential, b"a challenge", "portail.example.fr", [origin], settings, DEFAULT_MOMENT)
    except NotVerified as refused:
        return refused.code
    return ""


def test_by_default_any_verified_key_is_accepted() -> None:
    assert judged(PasskeySettings()) == ""


def test_where_the_model_must_be_proven_a_key_without_certificate_is_refused(roots: str) -> None:
    """Whatever model it says it is: no certificate, no proof."""
    required = PasskeySettings(attestation="required", attestation_roots=roots)
    assert judged(required) == "passkey.no_attestation"
    assert judged(PasskeySettings(attestation="required", attestation_roots=roots, models=(CHROMIUM,))) == (
        "passkey.no_attestation"
    )


def test_a_model_that_is_not_listed_is_refused() -> None:
    assert judged(PasskeySettings(models=(YUBIKEY_5,))) == "passkey.model"
    assert judged(PasskeySettings(models=(CHROMIUM.upper(),))) == ""


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (PasskeySettings(rp_id="example.org"), "origins"),
        (PasskeySettings(rp_id="ortail.example.fr"), "origins"),
        (PasskeySettings(origins=("https://portail.example.fr", "https://autre.example.org")), "origins"),
        (PasskeySettings(models=(YUBIKEY_5,)), "models"),
        (PasskeySettings(attestation="required"), "attestation_roots"),
        (PasskeySettings(attestation="required", attestation_roots="/nowhere"), "attestation_roots"),
    ],
)
def test_settings_that_would_make_keys_in_vain_stop_the_start(settings: PasskeySettings, key: str) -> None:
    assert PREFIX + key in {problem.key for problem in problems(URL, settings)}


def test_a_portal_and_its_parent_domain_are_right(roots: str) -> None:
    assert problems(URL, PasskeySettings()) == []
    assert problems(URL, PasskeySettings(rp_id="example.fr", origins=("https://portail.example.fr",))) == []
    listed = PasskeySettings(attestation="required", attestation_roots=roots, models=(YUBIKEY_5,))
    assert problems(URL, listed) == []


def test_some_hundreds_of_models_have_a_name() -> None:
    assert maker_of(YUBIKEY_5) == "YubiKey 5 NFC"
    assert maker_of("b93fd961-f2e6-462f-b122-82002247de78")

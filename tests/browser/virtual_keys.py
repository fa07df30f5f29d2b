"""Chromium's virtual authenticators: a device that holds passkeys, what it holds, and a key given to it."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import CDPSession, Page
from tests.browser.serving import PATIENCE
from tests.passkeys import give_key
from webauthn.helpers import base64url_to_bytes

from esea_auth_plugin.testing.portal import Person, Portal


def authenticator(page: Page, *, verified: bool = True, present: bool = True) -> tuple[CDPSession, str]:
    """Give the page's browser a device that holds passkeys."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    made: dict[str, Any] = cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "ctap2Version": "ctap2_1",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verified,
                "automaticPresenceSimulation": present,
            }
        },
    )
    return cdp, made["authenticatorId"]


def held(cdp: CDPSession, device: str) -> list[Any]:
    """Return the keys that a device holds."""
    found: list[Any] = cdp.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    return found


def gone(page: Page, cdp: CDPSession, device: str) -> None:
    """Wait until a device holds no key any more: the browser is told beside the page, at its own pace."""
    for _ in range(PATIENCE // 50):
        if not held(cdp, device):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the browser still holds the key")


def give_key_to(page: Page, portal: Portal, person: Person, name: str = "Mon téléphone") -> None:
    """Give the page's browser a device with a key of the person's, made and confirmed a while ago."""
    cdp, device = authenticator(page)
    [key] = give_key(portal, person, name).keys
    private = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    credential = {
        "credentialId": _base64(key.credential_id),
        "isResidentCredential": True,
        "rpId": key.rp_id,
        "privateKey": _base64(private),
        "userHandle": _base64(base64url_to_bytes(key.user_handle)),
        "signCount": key.count + 1,
    }
    cdp.send("WebAuthn.addCredential", {"authenticatorId": device, "credential": credential})


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()

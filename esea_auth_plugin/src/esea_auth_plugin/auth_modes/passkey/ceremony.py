"""The WebAuthn ceremonies, as ``webauthn`` verifies them, with what it leaves to us (WebAuthn level 3, 7.1 and 7.2).

Ours: user verification is always asked for, pages inside frames of others are refused, the key's own handle must be its
owner's, and the count of signatures is judged by the caller, who must know of a copy.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ...pyramid_types import Json, JsonObject
from . import attestation
from .errors import NotVerified
from .models import PasskeyRow
from .settings import PasskeySettings, root_certificates

#: EdDSA, ES256, RS256: what authenticators make, nothing weaker.
_ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_MAX_CREDENTIAL_LENGTH = 20_000
_ATTACHMENTS = ("platform", "cross-platform")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made."""

    credential_id: str
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: tuple[str, ...]
    backup_eligible: bool
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature by a known key."""

    sign_count: int
    backup_eligible: bool
    backed_up: bool


def request_options(challenge: bytes, rp_id: str, rows: Sequence[PasskeyRow]) -> JsonObject:
    """Return the options of ``navigator.credentials.get``; without rows any key of ours may answer."""
    options = webauthn.generate_authentication_options(
        rp_id=rp_id,
        challenge=challenge,
        timeout=120_000,
        allow_credentials=_descriptors(rows) or None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def creation_options(
    challenge: bytes,
    rp_id: str,
    rp_name: str,
    *,
    handle: bytes,
    name: str,
    display_name: str,
    rows: Sequence[PasskeyRow],
    settings: PasskeySettings,
) -> JsonObject:
    """Return the options of ``navigator.credentials.create``: discoverable, verified, no key twice."""
    required = settings.attestation == "required"
    options = webauthn.generate_registration_options(
        rp_id=rp_id,
        rp_name=rp_name,
        user_id=handle,
        user_name=name,
        user_display_name=display_name,
        challenge=challenge,
        timeout=120_000,
        attestation=AttestationConveyancePreference.DIRECT if required else AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(rows),
        supported_pub_key_algs=_ALGORITHMS,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def read_credential(text: str) -> JsonObject:
    """Return a credential as the browser sent it.

    :raises NotVerified: it is no such thing, or comes from a page inside somebody else's.
    """
    if not text or len(text) > _MAX_CREDENTIAL_LENGTH:
        raise NotVerified("passkey.empty")
    try:
        found = json.loads(text)
        client = json.loads(base64url_to_bytes(found["response"]["clientDataJSON"]))
        if not isinstance(found["id"], str) or not isinstance(client, dict):
            raise NotVerified("passkey.malformed")
    except NotVerified:
        raise
    except Exception as error:  # whatever a third party's JSON makes a decoder raise
        raise NotVerified("passkey.malformed") from error
    if client.get("crossOrigin") or "topOrigin" in client:
        raise NotVerified("passkey.framed")
    return _without_empty(found)


def _without_empty(found: Json) -> JsonObject:
    """Return a credential in which what says nothing is absent.

    Some browsers send an empty handle where a security key gave none; an attachment that is unknown counts as none
    (WebAuthn level 3, 5.1).
    """
    cleaned = {**found, "response": {**found["response"]}}
    if cleaned["response"].get("userHandle") == "":
        cleaned["response"]["userHandle"] = None
    if cleaned.get("authenticatorAttachment") not in _ATTACHMENTS:
        cleaned.pop("authenticatorAttachment", None)
    return cleaned


def verify_new(
    credential: Json,
    challenge: bytes,
    rp_id: str,
    origins: Sequence[str],
    settings: PasskeySettings,
    at: datetime,
) -> NewKey:
    """Verify a new key.

    :raises NotVerified: anything is wrong with it, or its model is not accepted here.
    """
    required = settings.attestation == "required"
    roots = _roots(settings.attestation_roots) if required else None
    try:
        found = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=list(origins),
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
            pem_root_certs_bytes_by_fmt=roots,
        )
    except Exception as error:  # the library raises a dozen kinds, and decoders below it some more
        raise NotVerified("passkey.not_verified") from error
    if required:
        attestation.judge(found.attestation_object, found.aaguid, at, model_listed=bool(settings.models))
    if settings.models and found.aaguid.lower() not in {model.lower() for model in settings.models}:
        raise NotVerified("passkey.model")
    transports = credential.get("response", {}).get("transports") or ()
    return NewKey(
        credential_id=bytes_to_base64url(found.credential_id),
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        aaguid=found.aaguid,
        transports=tuple(str(each)[:20] for each in transports if isinstance(each, str))[:8],
        backup_eligible=found.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        backed_up=found.credential_backed_up,
    )


def verify_signature(
    credential: Json,
    row: PasskeyRow,
    handle: str,
    challenge: bytes,
    rp_id: str,
    origins: Sequence[str],
    *,
    person_known: bool = False,
) -> Signature:
    """Verify a signature by a known key; the count is not judged here.

    :param person_known: the browser was given the list of the person's keys, and the key is theirs.

    :raises NotVerified: anything is wrong with it.
    """
    sent = (credential.get("response") or {}).get("userHandle")
    # A discoverable key always tells (GitLab 585333: what names the key must be what signed); one that was asked for by
    # its id need not, and some security keys don't (WebAuthn 7.2, step 6).
    if sent != handle and not (sent is None and person_known):
        raise NotVerified("passkey.other_handle")
    try:
        found = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=list(origins),
            credential_public_key=row.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:
        raise NotVerified("passkey.not_verified") from error
    eligible = found.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    if eligible != row.backup_eligible:  # for ever what it was made as (WebAuthn 6.1.3)
        raise NotVerified("passkey.backup_eligible")
    return Signature(found.new_sign_count, eligible, found.credential_backed_up)


def _descriptors(rows: Sequence[PasskeyRow]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id)) for row in rows]


def _roots(path: str) -> dict[AttestationFormat, list[bytes]]:
    roots = root_certificates(path)
    if not roots:  # the file went since the start: `webauthn` takes any chain where it is given no root
        raise NotVerified("passkey.no_roots")
    return {each: roots for each in AttestationFormat if each is not AttestationFormat.NONE}

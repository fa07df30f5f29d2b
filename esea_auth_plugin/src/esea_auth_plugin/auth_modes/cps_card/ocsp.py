"""OCSP, the second source beside the revocation lists (RFC 6960), behind ``esea_auth.cps_card.ocsp``.

It can only close the door: a card that the lists refuse stays refused whatever a responder says.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from ...errors import PortalError
from ...foundation.security import signatures
from ...interfaces import IOutbound
from ...pyramid_types import Registry
from ...services import current_time, find
from .certificate import Card
from .refusals import CardRefused
from .settings import CardSettings
from .trust import Trust

logger = logging.getLogger(__name__)

#: A responder's clock may differ a little from ours.
_LEEWAY = timedelta(minutes=5)
#: An answer without an end is believed this long.
_FRESH = timedelta(hours=1)
_MAX_BYTES = 64 * 1024


class NoAnswer(Exception):
    """The responder gave no answer that can be believed; the message is for the log."""


def check(registry: Registry, settings: CardSettings, trust: Trust, card: Card) -> None:
    """Ask the responder about a card that the lists let pass. Never call it with a transaction open.

    :raises CardRefused: it is revoked, or nobody answers and an answer is required.
    """
    if settings.ocsp == "off" or card.certificate is None:
        return
    issuer = trust.authorities.path_of(card.certificate)[0]
    try:
        good = ask(registry, settings.ocsp_url, card.certificate, issuer)
    except (NoAnswer, PortalError) as error:
        logger.warning("no answer by OCSP: %s", error)
        if settings.ocsp == "required":
            raise CardRefused("card.ocsp") from error
        return
    if not good:
        raise CardRefused("card.revoked")


def ask(registry: Registry, url: str, card: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether the responder calls the card good; ``False``: revoked.

    :raises NoAnswer: unusable, unsigned, old or about something else. :raises PortalError: unreachable.
    """
    nonce = signatures.new_nonce()
    request = (
        ocsp.OCSPRequestBuilder()
        .add_certificate(card, issuer, signatures.sha1_for_names())
        .add_extension(x509.OCSPNonce(nonce), critical=False)
        .build()
    )
    headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
    answer = find(registry, IOutbound).fetch(
        "POST",
        url,
        headers=headers,
        body=signatures.der_of(request),
        most_bytes=_MAX_BYTES,
        signed_content=True,
    )
    if answer.status != 200:
        raise NoAnswer(f"status {answer.status}")
    return judge(answer.body, request, issuer, current_time(registry))


def judge(body: bytes, asked: ocsp.OCSPRequest, issuer: x509.Certificate, at: datetime) -> bool:
    """Judge an answer; see :func:`ask`."""
    try:
        response = ocsp.load_der_ocsp_response(body)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise NoAnswer(f"the responder says {response.response_status.name.lower()}")
        _check_signer(response, issuer, at)
        _check_about(response, asked, at)
        status = response.certificate_status
    except ValueError as error:
        raise NoAnswer("an answer that can't be read") from error
    if status is ocsp.OCSPCertStatus.UNKNOWN:
        raise NoAnswer("the responder does not know the card")
    return status is ocsp.OCSPCertStatus.GOOD


def _check_signer(response: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> None:
    """The authority itself, or a responder to which it gave this very power (RFC 6960, 4.2.2.2)."""
    signer = next((one for one in response.certificates if _is_responder(one, issuer, at)), issuer)
    algorithm = response.signature_hash_algorithm
    if algorithm is None or algorithm.name == "sha1":
        raise NoAnswer("a signature that is too weak")
    if not signatures.signed_by(signer.public_key(), response.signature, response.tbs_response_bytes, algorithm):
        raise NoAnswer("a signature that is not the authority's")


def _is_responder(certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    if certificate == issuer:
        return True
    try:
        certificate.verify_directly_issued_by(issuer)
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except Exception:  # whatever is wrong with it, it is no responder
        return False
    valid = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    return valid and ExtendedKeyUsageOID.OCSP_SIGNING in usages


def _check_about(response: ocsp.OCSPResponse, asked: ocsp.OCSPRequest, at: datetime) -> None:
    if response.serial_number != asked.serial_number or response.issuer_key_hash != asked.issuer_key_hash:
        raise NoAnswer("an answer about another card")
    ends = response.next_update_utc or response.this_update_utc + _FRESH
    if not response.this_update_utc - _LEEWAY <= at < ends + _LEEWAY:
        raise NoAnswer("an answer that is too old")
    try:
        echoed = response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return  # many responders sign in advance and echo none; the dates then bound a replay
    if echoed != asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce:
        raise NoAnswer("an answer to another question")

"""How the certificate comes from the reverse proxy: which header, from whom, in which spelling.

A header that anybody can send proves nothing (Keycloak CVE-2024-10039): it is read only from the proxy's own
addresses, and only beside the secret that this proxy alone knows. Everything in it is judged again all the same.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from ...foundation.security import tokens
from ...normalise.addresses import parse_address, parse_network, within
from .certificate import MAX_BYTES
from .refusals import CardRefused
from .settings import CardSettings

SECRET = "X-Portal-Proxy-Secret"  # noqa: S105 - the name of a header
VERIFY = "X-SSL-Client-Verify"
#: What a proxy refused, under a name of its own: it lets nobody in, it explains.
REFUSED = "X-SSL-Client-Refused-Cert"
_NAMES = {"x-ssl-client-cert": "X-SSL-Client-Cert", "client-cert": "Client-Cert"}
#: URL-encoded PEM takes up to three signs a byte of base64; looked at before anything is decoded.
MAX_HEADER = 4 * MAX_BYTES

_PEM = re.compile(rb"\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")
_STRUCTURED = re.compile(r"\s*:([A-Za-z0-9+/]*={0,2}):\s*")


@dataclass(frozen=True, slots=True)
class Presented:
    """What the proxy tells. :ivar der: the certificate, ``None`` without one. :ivar refused: the proxy refused it."""

    der: bytes | None
    refused: bool = False


def presented(environ: Mapping[str, object], settings: CardSettings) -> Presented:
    """Read what the proxy says of the client's certificate.

    :raises CardRefused: the request does not come from the proxy, or the header can't be read.
    """
    if not from_proxy(environ, settings):
        raise CardRefused("card.proxy")
    verified = _header(environ, VERIFY)
    refused = verified.startswith("FAILED")
    name = REFUSED if refused else settings.header or _NAMES[settings.transport]
    value = _header(environ, name)
    if not value:
        return Presented(None, refused)
    if not refused and verified != "SUCCESS":
        raise CardRefused("card.proxy")  # a certificate that the proxy did not prove, under the name of one it did
    if len(value) > MAX_HEADER:
        raise CardRefused("card.too_large")
    as_pem = refused or settings.transport == "x-ssl-client-cert"
    der = _from_pem(value) if as_pem else _from_structured(value)
    if len(der) > MAX_BYTES:
        raise CardRefused("card.too_large")
    return Presented(der, refused)


def from_proxy(environ: Mapping[str, object], settings: CardSettings) -> bool:
    """Tell whether a request comes from the proxy that reads the cards: its address, and its secret."""
    secret = settings.proxy_secret
    peer = parse_address(str(environ.get("REMOTE_ADDR", "")))
    if not secret or not within(peer, map(parse_network, settings.proxies)):
        return False
    return tokens.equal(_header(environ, SECRET), secret)


def _header(environ: Mapping[str, object], name: str) -> str:
    return str(environ.get("HTTP_" + name.upper().replace("-", "_"), ""))


def _from_pem(value: str) -> bytes:
    """Read a URL-encoded PEM (nginx), or one whose line ends became spaces (Apache): one block, nothing around it."""
    match = _PEM.fullmatch(unquote_to_bytes(value))
    if match is None:
        raise CardRefused("card.unreadable")
    return _decoded(re.sub(rb"\s+", b"", match[1]))


def _from_structured(value: str) -> bytes:
    """Read a byte sequence of RFC 8941, as RFC 9440 asks."""
    match = _STRUCTURED.fullmatch(value)
    if match is None:
        raise CardRefused("card.unreadable")
    return _decoded(match[1].encode("ascii"))


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CardRefused("card.unreadable") from error

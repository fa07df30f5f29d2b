"""Canonical form of hosts, origins and addresses, as browsers write them (WHATWG URL, RFC 6454, IDNA 2008).

Origins are compared character by character: ``https://Portail.Exemple.fr:443/`` and ``https://portail.exemple.fr`` are
one origin, and a setting may be written either way.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import idna

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NEVER = re.compile(r"[\s\x00-\x20\x7f\\]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
#: A host whose last label looks like a number is an IPv4 address or nothing.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def canonical_host(text: str) -> str:
    """Return a host in canonical form: lower case, A-labels, no final dot; IP addresses compressed.

    :raises ValueError: it is no host.
    """
    if text.startswith("["):
        if not text.endswith("]") or "%" in text:
            raise ValueError("no host")
        return f"[{ipaddress.IPv6Address(text[1:-1]).compressed}]"
    host = text.removesuffix(".").lower()
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode("ascii")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("no host")
    for label in labels:
        if label.startswith("xn--"):
            idna.decode(label)
    if _NUMBER.fullmatch(labels[-1]):
        return str(ipaddress.IPv4Address(host))
    return host


def canonical_origin(text: str) -> str:
    """Return an origin in canonical form: scheme, host, and the port unless it is the scheme's own.

    :raises ValueError: it is no http or https origin, or it is more than one.
    """
    parts = _split(text)
    if parts.path not in {"", "/"} or "?" in text:
        raise ValueError("more than an origin")
    return _origin(parts)


def canonical_address(text: str) -> str:
    """Return an http or https address with its origin in canonical form; path and query stay as they are.

    :raises ValueError: it is no such address.
    """
    parts = _split(text)
    return _origin(parts) + parts.path + (f"?{parts.query}" if parts.query else "")


def _split(text: str) -> SplitResult:
    # urlsplit drops line ends and blanks silently; browsers read a backslash as a slash.
    if _NEVER.search(text) or "#" in text:
        raise ValueError("no address")
    parts = urlsplit(text)
    if parts.scheme not in _DEFAULT_PORTS or "@" in parts.netloc or not parts.netloc:
        raise ValueError("no http address")
    return parts


def _origin(parts: SplitResult) -> str:
    port = parts.port
    if port == 0:
        raise ValueError("no port")
    host = re.sub(r":[0-9]*$", "", parts.netloc)
    shown = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{canonical_host(host)}{shown}"

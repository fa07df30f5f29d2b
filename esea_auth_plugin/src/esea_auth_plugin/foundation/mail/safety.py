"""What may stand in a mail's headers (threat-model.md row 32: header injection)."""

from __future__ import annotations

import re

from ...errors import PortalError
from ...normalise.characters import unsafe_in_line
from ...normalise.emails import BadDomain, domain_to_ascii

# RFC 5321 path, without the forms that nobody types in a form: quoted local parts, address literals, UTF-8.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_LOCAL}@{_DOMAIN}")


class UnsafeHeader(PortalError):
    """A text holds line ends, control or direction characters and may not stand in a header."""

    code = "mail.unsafe_header"


def safe_address(address: str) -> str:
    """Return a bare address as it may stand in an envelope and a header.

    :raises UnsafeHeader: it is not one (several, a name beside it, line ends, an unwritable domain).
    """
    local, at, domain = address.rpartition("@")
    try:
        ascii_domain = domain_to_ascii(domain)
    except BadDomain:
        ascii_domain = ""
    candidate = f"{local}{at}{ascii_domain}"
    if len(candidate) > 254 or not _ADDRESS.fullmatch(candidate):
        raise UnsafeHeader("Cette adresse électronique ne peut pas recevoir de courriel.")
    return candidate


def safe_header(text: str) -> str:
    """Return a one-line text for a header, its outer spaces left out.

    :raises UnsafeHeader: it holds a line end, another control character, or one that turns the direction of reading.
    """
    line = text.strip()
    if unsafe_in_line(line, soft_hyphen=True):
        raise UnsafeHeader("Un nom ou un titre contient des caractères invisibles : saisissez-le à nouveau.")
    return line

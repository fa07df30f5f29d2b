"""Settings of the look at mail domains (``esea_auth.mail_domains.*``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from ... import values
from ...normalise.addresses import parse_address
from ...options import option

PREFIX = "esea_auth.mail_domains."

#: Where registries answer RDAP (RFC 9224: the list that IANA publishes); a region adds the endings that its people use.
REGISTRIES = {
    "fr": "https://rdap.nic.fr/",
    "com": "https://rdap.verisign.com/com/v1/",
    "net": "https://rdap.verisign.com/net/v1/",
    "org": "https://rdap.publicinterestregistry.org/rdap/",
}


_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


def resolvers(value: str) -> tuple[tuple[str, int], ...]:
    """Read ``ADDRESS`` or ``ADDRESS:PORT`` words (``[::1]:5353`` for IPv6) into addresses and ports."""
    found = []
    for word in values.words(value):
        plain = re.fullmatch(r"\[([^\]]+)\](?::(\d{1,5}))?|([^:\s]+)(?::(\d{1,5}))?", word)
        address, port = ((plain[1] or plain[3]), int(plain[2] or plain[4] or 53)) if plain else ("", 0)
        if parse_address(address) is None or not 0 < port < 65_536:
            raise values.BadValue("names something that is no address", "write `192.0.2.53` or `127.0.0.1:5353`")
        found.append((address, port))
    return tuple(found)


def registries(value: str) -> dict[str, str]:
    """Read ``ending = address`` lines; every address is https, or http to this very machine for tests."""
    found = values.pairs(value)
    for ending, address in found.items():
        parts = urlsplit(values.address(address))
        plain = parts.scheme == "http" and parts.hostname in _THIS_MACHINE
        if not re.fullmatch(r"[a-z0-9-]+", ending) or not parts.hostname or not (parts.scheme == "https" or plain):
            raise values.BadValue("names no ending or no address", "write lines such as `fr = https://rdap.nic.fr/`")
    return {ending: address if address.endswith("/") else f"{address}/" for ending, address in found.items()}


@dataclass(frozen=True, slots=True)
class MailDomainSettings:
    """The look at mail domains (prefix ``esea_auth.mail_domains.``)."""

    look: bool = option(
        True,
        parse=values.boolean,
        doc="Look from time to time whether the domains of people's addresses still are theirs",
    )
    every: timedelta = option(timedelta(days=7), parse=values.duration, doc="How often each domain is looked at")
    patience: timedelta = option(
        timedelta(days=2),
        parse=values.duration,
        doc="How long a domain must have taken no mail before its addresses are unverified",
    )
    moved: str = option(
        "warn",
        parse=values.one_of("warn", "doubt"),
        doc="A domain whose name and mail servers all changed at once: tell the support (`warn`), or believe its "
        "addresses no more at once (`doubt`)",
    )
    resolvers: tuple[tuple[str, int], ...] = option(
        (), parse=resolvers, doc="DNS resolvers to ask (`ADDRESS` or `ADDRESS:PORT`); those of the machine by default"
    )
    registries: dict[str, str] = option(
        REGISTRIES,
        parse=registries,
        doc="RDAP addresses of registries, `ending = address` lines: they say since when a domain is registered; "
        "empty: none is asked",
    )

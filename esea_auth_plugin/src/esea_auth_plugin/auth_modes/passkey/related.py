"""Related origins: other domains of the same portal whose pages may use its keys (WebAuthn level 3, 5.11).

A key belongs to one domain for good. A portal that changes its domain, or lives on two, keeps `rp_id` where it is and
lists the other origins; browsers read the list at `https://RP_ID/.well-known/webauthn` before a page uses a key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from ... import values
from ...errors import Problem

#: Browsers read a list until it has named so many registrable labels, and silently leave out the rest.
MAX_LABELS = 5
_ADDRESS = re.compile(r"[0-9.]+")


def exact_origin(value: str) -> str:
    """An origin as browsers write it, since it is compared sign by sign (lower case, punycode, no default port)."""
    if values.origin(value) != value or "[" in value:
        raise values.BadValue(
            "is not an origin as browsers write it",
            "write scheme, host in lower case (punycode for accents), and a port only if it is not the usual one",
        )
    return value


def origins(value: str) -> tuple[str, ...]:
    """Origins apart by spaces or line ends, see :func:`exact_origin`."""
    return tuple(exact_origin(each) for each in values.words(value))


def registrable_labels(origins: Sequence[str]) -> list[str | None]:
    """Return the label by which browsers count each origin: `exemple` for `https://portail.exemple.asso.fr`.

    ``None``: it has none (an address, `localhost`, a public suffix itself), and browsers leave the origin out.
    """
    from publicsuffixlist import PublicSuffixList  # ten thousand suffixes, read by the portals that need them

    suffixes = PublicSuffixList()
    hosts = [urlsplit(origin).hostname or "" for origin in origins]
    domains = [None if _ADDRESS.fullmatch(host) else suffixes.privatesuffix(host) for host in hosts]
    return [domain.split(".")[0] if domain else None for domain in domains]


def problems_of(origins: Sequence[str], key: str, where: str, *, lenient: bool) -> list[Problem]:
    """Return what is wrong with a list of related origins.

    :param lenient: development and tests, where `http` and a bare host name pass.
    """
    if not origins:
        return []
    found, labels = [], registrable_labels(origins)
    if not lenient and any(not origin.startswith("https://") for origin in origins):
        found.append(Problem(key, where, "holds an origin without TLS", "write `https://` origins only"))
    if not lenient and None in labels:
        cure = "write hosts below a domain that somebody can register"
        found.append(Problem(key, where, "holds a host that browsers leave out", cure))
    if len({label for label in labels if label is not None}) > MAX_LABELS:
        cure = f"browsers read {MAX_LABELS} at most: keep the domains that people still use"
        found.append(Problem(key, where, f"names more than {MAX_LABELS} registrable labels", cure))
    return found

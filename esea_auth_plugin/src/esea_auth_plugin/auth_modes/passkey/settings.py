"""Settings of the passkeys (``esea_auth.passkey.*``). Names and origins come from here, never from a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ... import values
from ...interfaces import PortalSettings
from ...options import option
from ...services import find

PREFIX = "esea_auth.passkey."


def _origins(value: str) -> tuple[str, ...]:
    return tuple(values.origin(each) for each in values.words(value))


@dataclass(frozen=True, slots=True)
class PasskeySettings:
    """Passkeys (prefix ``esea_auth.passkey.``)."""

    rp_id: str = option("", doc="Domain that the keys belong to; the host of `portal.url` by default")
    origins: tuple[str, ...] = option(
        (), parse=_origins, doc="Origins whose pages may use them; `portal.url` by default"
    )
    attestation: str = option(
        "none",
        parse=values.one_of("none", "required"),
        doc="`required`: only keys whose maker proves the model, by `attestation_roots` and `models`",
    )
    attestation_roots: str = option("", doc="PEM file of the makers' roots (attestation = required)")
    models: tuple[str, ...] = option((), parse=values.words, doc="AAGUIDs of the accepted models; all by default")


def party(registry: Any) -> tuple[str, Sequence[str]]:
    """Return the relying party's id and the exact list of its origins."""
    own, portal = find(registry, PasskeySettings), find(registry, PortalSettings)
    return own.rp_id or (urlsplit(portal.url).hostname or ""), list(own.origins or (portal.url,))

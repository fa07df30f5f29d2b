"""Settings of the passkeys (``esea_auth.passkey.*``). Names and origins come from here, never from a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ... import values
from ...errors import Problem
from ...interfaces import PortalSettings
from ...options import option
from ...pyramid_types import Json, Registry
from ...services import find
from . import related
from .attestation import is_certificate

PREFIX = "esea_auth.passkey."


@dataclass(frozen=True, slots=True)
class PasskeySettings:
    """Passkeys (prefix ``esea_auth.passkey.``)."""

    rp_id: str = option(
        "", parse=values.host, doc="Domain that the keys belong to; the host of `portal.url` by default"
    )
    origins: tuple[str, ...] = option(
        (), parse=values.origins, doc="Origins whose pages may use them; `portal.url` by default"
    )
    related_origins: tuple[str, ...] = option(
        (),
        parse=related.origins,
        doc="Origins of other domains whose pages may use them too, at most 5 (`/.well-known/webauthn`)",
    )
    attestation: str = option(
        "none",
        parse=values.one_of("none", "required"),
        doc="`required`: only keys whose maker proves the model, by `attestation_roots` and `models`",
    )
    attestation_roots: str = option("", doc="PEM file of the makers' roots (attestation = required)")
    models: tuple[str, ...] = option((), parse=values.words, doc="AAGUIDs of the accepted models; all by default")


def problems(settings: Json, own: PasskeySettings) -> list[Problem]:
    """Return what the settings get wrong together: a key made for a wrong domain is lost for good."""
    where, url = settings.get("__file__", ""), _portal(settings)
    rp_id = own.rp_id or _host(url)
    found = [
        Problem(f"{PREFIX}origins", where, "holds an origin outside the keys' domain", f"list origins under `{rp_id}`")
        for origin in (own.origins or (url,))
        if not _within(_host(origin), rp_id) and origin not in own.related_origins
    ]
    lenient = settings.get("portal.env") in {"development", "test"}
    found += related.problems_of(own.related_origins, f"{PREFIX}related_origins", where, lenient=lenient)
    if own.models and own.attestation != "required":
        cure = f"set `{PREFIX}attestation = required`: without a certificate a model is only what the browser says"
        found.append(Problem(f"{PREFIX}models", where, "is a list that nothing proves", cure))
    if own.attestation == "required" and not root_certificates(own.attestation_roots):
        cure = "name a readable PEM file of the makers' roots"
        found.append(Problem(f"{PREFIX}attestation_roots", where, "holds no certificate", cure))
    return found


def _portal(settings: Json) -> str:
    """Return the portal's origin; ``""`` when it cannot be read, which is told elsewhere."""
    try:
        return values.origin(str(settings.get("portal.url", "")).strip())
    except values.BadValue:
        return ""


def root_certificates(path: str) -> list[bytes]:
    """Return the certificates of a PEM file, none if it can't be read; one that is none is left out."""
    end = b"-----END CERTIFICATE-----"
    try:
        pem = Path(path).read_bytes() if path else b""
    except OSError:
        return []
    parts = [part.strip() + b"\n" + end + b"\n" for part in pem.split(end) if b"BEGIN CERTIFICATE" in part]
    return [part for part in parts if is_certificate(part)]


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _within(host: str, domain: str) -> bool:
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def party(registry: Registry) -> tuple[str, Sequence[str]]:
    """Return the relying party's id and the exact list of its origins, related ones too."""
    own, portal = find(registry, PasskeySettings), find(registry, PortalSettings)
    return own.rp_id or _host(portal.url), [*(own.origins or (portal.url,)), *own.related_origins]

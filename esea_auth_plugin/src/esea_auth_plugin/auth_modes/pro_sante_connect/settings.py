"""Settings of Pro Santé Connect (``esea_auth.psc.*``): where it is, who we are for it, and what we accept of it.

The presets are the addresses published by the ANS. The production and sandbox providers answer at two host names
(`wallet.` for people, `auth.` for servers) and publish their metadata under a name of their own, so that a client
which builds addresses from the issuer alone goes wrong: each one can be set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from ... import values
from ...errors import Problem
from ...interfaces import ClientCertificate
from ...options import option
from ...pyramid_types import Configurator
from ...settings import read_section

PREFIX = "esea_auth.psc."

DISCOVERY_NAME = "/.well-known/wallet-openid-configuration"
#: Names of the metadata (OpenID Connect Discovery, CIBA core) that we use.
ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "backchannel_authentication_endpoint",
)
#: Algorithms that a public key verifies; ``none`` and HS* can't even be written in the settings.
ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})


def _preset(auth: str, wallet: str) -> Mapping[str, str]:
    issuer = f"https://{auth}/auth/realms/esante-wallet"
    protocol = f"{issuer}/protocol/openid-connect"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"https://{wallet}/auth",
        "token_endpoint": f"{protocol}/token",
        "userinfo_endpoint": f"{protocol}/userinfo",
        "jwks_uri": f"{protocol}/certs",
        "end_session_endpoint": f"{protocol}/logout",
        "backchannel_authentication_endpoint": f"{protocol}/ext/ciba/auth",
    }


PRESETS: Mapping[str, Mapping[str, str]] = {
    "production": _preset("auth.esw.esante.gouv.fr", "wallet.esw.esante.gouv.fr"),
    "bac_a_sable": _preset("auth.bas.psc.esante.gouv.fr", "wallet.bas.psc.esante.gouv.fr"),
    "autre": {},
}


def _algorithms(value: str) -> tuple[str, ...]:
    found = values.words(value)
    if not found or not set(found) <= ASYMMETRIC:
        raise values.BadValue("names an algorithm that proves nothing here", "write RS256, or others of RS, PS, ES")
    return found


@dataclass(frozen=True, slots=True)
class PscSettings:
    """Pro Santé Connect (prefix ``esea_auth.psc.``). Addresses left empty are preset or discovered."""

    environment: str = option(
        "production",
        parse=values.one_of(*PRESETS),
        doc="Whose addresses are preset: `production`, `bac_a_sable`, or `autre` for none",
    )
    metadata: str = option(
        "discovery",
        parse=values.one_of("discovery", "static"),
        doc="`static` uses the preset and set addresses only, and asks for no discovery document",
    )
    discovery_url: str = option(
        "", parse=values.address, doc="Discovery document; by default the issuer's `wallet-openid-configuration`"
    )
    issuer: str = option("", parse=values.address, doc="Issuer of tokens, as they name it")
    authorization_endpoint: str = option(
        "", parse=values.address, doc="Where people go; mind that its host is not the issuer's"
    )
    token_endpoint: str = option("", parse=values.address, doc="Where the code is exchanged")
    userinfo_endpoint: str = option("", parse=values.address, doc="Where the identity is read")
    jwks_uri: str = option("", parse=values.address, doc="Where the signing keys are")
    end_session_endpoint: str = option("", parse=values.address, doc="Where an explicit sign-out goes")
    backchannel_authentication_endpoint: str = option("", parse=values.address, doc="Where e-CPS requests start (CIBA)")
    form_origins: tuple[str, ...] = option(
        (), parse=values.origins, doc="Further origins that the way through PSC passes, for the content policy of forms"
    )
    client_id: str = option("", doc="Identifier that the ANS gave this portal")
    client_secret: str = option("", parse=values.optional_secret, doc="Its secret (file: or env: reference)")
    client_authentication: str = option(
        "client_secret_basic",
        parse=values.one_of("client_secret_basic", "client_secret_post", "tls_client_auth"),
        doc="How the portal proves itself to the token endpoint",
    )
    tls_client_certificate: str = option("", doc="PEM file of the certificate shown to PSC's servers (EXI PSC 24)")
    tls_client_key: str = option("", doc="PEM file of its key, if it is not in the same file")
    scope: str = option("openid scope_all", doc="Scopes asked for")
    algorithms: tuple[str, ...] = option(
        ("RS256",), parse=_algorithms, doc="Signature algorithms accepted; `none` and HS* never are"
    )
    leeway: timedelta = option(timedelta(seconds=60), parse=values.duration, doc="Clock difference tolerated")
    acr_scale: tuple[str, ...] = option(
        ("eidas1", "eidas2", "eidas3"), parse=values.words, doc="Known levels, weakest first; others are refused"
    )
    acr_least: str = option("eidas1", doc="Level asked for, and least level accepted")
    prompt: str = option("", parse=values.one_of("", "login"), doc="`login` makes PSC ask again each time")
    max_age: int = option(0, parse=values.integer(0, 14_400), doc="Oldest PSC session accepted, in seconds; 0: any")
    budget: timedelta = option(timedelta(seconds=2), parse=values.duration, doc="Longest wait for one answer of PSC")
    button_image: str = option("", doc="File or asset of the official button (SVG or PNG), shown unaltered; else text")
    backchannel_logout: bool = option(
        False, parse=values.boolean, doc="Take PSC's sign-outs at `/connexion/psc/deconnexion-distante`"
    )
    ecps_channel: str = option(
        "MOBILE", parse=values.one_of("MOBILE", "CARD", ""), doc="Channel asked for in e-CPS requests, PSC's own"
    )

    def known(self) -> dict[str, str]:
        """Return the addresses known without asking, by their names in the metadata."""
        own = {name: getattr(self, name) for name in ("issuer", *ENDPOINTS)}
        return {**PRESETS[self.environment], **{name: value for name, value in own.items() if value}}

    @property
    def certificate(self) -> ClientCertificate | None:
        """The certificate shown over mutual TLS, if one is set."""
        if not self.tls_client_certificate:
            return None
        return ClientCertificate(self.tls_client_certificate, self.tls_client_key)

    def enough(self, acr: str) -> bool:
        """Tell whether a level reaches the least one; compared on the scale, unknown ones never do."""
        scale = self.acr_scale
        return acr in scale and scale.index(acr) >= scale.index(self.acr_least)


def problems_of(settings: PscSettings, where: str, env: str) -> list[Problem]:
    """Return what stops a portal that enables the mode."""
    found = []
    if not settings.client_id:
        found.append(Problem(f"{PREFIX}client_id", where, "is missing", "write the identifier that the ANS gave you"))
    mutual = settings.client_authentication == "tls_client_auth"
    if mutual and not settings.tls_client_certificate:
        found.append(Problem(f"{PREFIX}tls_client_certificate", where, "is missing", "name the certificate's PEM file"))
    for name in ("tls_client_certificate", "tls_client_key"):
        path = getattr(settings, name)
        if path and not Path(path).is_file():
            cure = "name a PEM file that the portal's user can read"
            found.append(Problem(f"{PREFIX}{name}", where, "names no file", cure))
    if not mutual and not settings.client_secret:
        found.append(Problem(f"{PREFIX}client_secret", where, "is missing", "refer to the secret: file:… or env:…"))
    if settings.acr_least not in settings.acr_scale:
        found.append(Problem(f"{PREFIX}acr_least", where, "is not on the scale", f"write a level of {PREFIX}acr_scale"))
    known = settings.known()
    needed = ("issuer", *ENDPOINTS[:5]) if settings.metadata == "static" else ("issuer",)
    missing = [name for name in needed if not known.get(name)]
    found += [Problem(f"{PREFIX}{name}", where, "is missing", "write it, or choose an environment") for name in missing]
    plain = [name for name, address in known.items() if urlsplit(address).scheme != "https"]
    if env not in {"development", "test"}:
        found += [Problem(f"{PREFIX}{name}", where, "is not https", "correct the address") for name in plain]
    return found


def origin_of(address: str) -> str:
    """Return scheme and host of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def read(config: Configurator) -> None:
    """Read the section ``esea_auth.psc.`` and publish it."""
    read_section(config, PscSettings, PREFIX)

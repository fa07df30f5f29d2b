"""Settings of the card (``esea_auth.cps_card.*``): the card host, whom it believes, which cards it accepts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from ... import values
from ...errors import Problem
from ...options import option
from ...pyramid_types import JsonObject
from .certificate import KINDS

PREFIX = "esea_auth.cps_card."
#: Name of the card host's root in ``portal.hosts``.
ROOT = "card"


def _kinds(value: str) -> tuple[str, ...]:
    found = values.words(value.upper())
    if not found or not set(found) <= set(KINDS.values()):
        raise values.BadValue("names a type of card that does not exist", f"write some of: {' '.join(KINDS.values())}")
    return found


def _origin_or_nothing(value: str) -> str:
    return values.origin(value) if value else ""


@dataclass(frozen=True, slots=True)
class CardSettings:
    """The CPS card (prefix ``esea_auth.cps_card.``)."""

    url: str = option(
        "", parse=_origin_or_nothing, doc="Origin of the card host, e.g. https://cps.portail.exemple.fr; needed"
    )
    proxies: tuple[str, ...] = option(
        (), parse=values.networks, doc="Addresses of the reverse proxy that reads the cards; nobody else is trusted"
    )
    proxy_secret: str = option(
        "",
        parse=values.optional_secret,
        doc="What that proxy says in `X-Portal-Proxy-Secret` (file: or env: reference); needed",
    )
    transport: str = option(
        "x-ssl-client-cert",
        parse=values.one_of("x-ssl-client-cert", "client-cert"),
        doc="How the certificate comes: `x-ssl-client-cert` (URL-encoded PEM) or `client-cert` (RFC 9440)",
    )
    header: str = option("", doc="Name of the header that carries it, if it is not the transport's own")
    authorities: str = option("", doc="PEM file of the PERSONNES authorities of IGC-Santé and of their roots; needed")
    crl_folder: str = option("", doc="Folder of the revocation lists, one file an authority; needed")
    crl_urls: tuple[str, ...] = option(
        (), parse=values.addresses, doc="Addresses that `esea-admin CONFIG crl refresh` and the hourly job fetch"
    )
    crl_max_age: timedelta = option(
        timedelta(days=3), parse=values.duration, doc="Oldest revocation list that is accepted, by its own date"
    )
    stale_crl: str = option(
        "close",
        parse=values.one_of("close", "warn"),
        doc="An old revocation list closes the door (`close`) or only warns (`warn`); a missing one always closes it",
    )
    crl_bundle: str = option("", doc="PEM file of all lists together, written for the proxy at each refresh")
    reload_command: tuple[str, ...] = option(
        (), parse=values.words, doc="Run without a shell when lists changed, e.g. `systemctl reload nginx`"
    )
    ocsp: str = option(
        "off",
        parse=values.one_of("off", "also", "required"),
        doc="Second source: `also` asks the responder too, `required` lets nobody in without its answer",
    )
    ocsp_url: str = option(
        "", parse=values.address, doc="Address of the OCSP responder, e.g. http://ocsp.esante.gouv.fr"
    )
    accepted_types: tuple[str, ...] = option(tuple(KINDS.values()), parse=_kinds, doc="Types of card that let in")
    accept_non_nominative: bool = option(
        False, parse=values.boolean, doc="Accept service cards that name no person (never a good idea)"
    )
    accept_test_cards: bool = option(
        False, parse=values.boolean, doc="Accept test cards and their relaxed identifiers; never in production"
    )


def problems_of(settings: CardSettings, raw: JsonObject, *, stand_in: bool) -> list[Problem]:
    """Return what stops a portal that enables the mode.

    :param stand_in: something else than a card host reads the cards (the demo's reader).
    """
    where = str(raw.get("__file__", ""))
    found = []

    def missing(name: str, cure: str) -> None:
        if not getattr(settings, name):
            found.append(Problem(f"{PREFIX}{name}", where, "is missing", cure))

    missing("authorities", "name the PEM file of the PERSONNES authorities and their roots")
    missing("crl_folder", "name the folder of the revocation lists")
    if not stand_in:
        missing("url", "write the card host's origin")
        missing("proxies", "write the address of the proxy that reads the cards")
        missing("proxy_secret", "refer to the secret that this proxy sends: file:… or env:…")
        found += _host_problems(settings, raw, where)
    if settings.ocsp != "off":
        missing("ocsp_url", "write the responder's address, or set ocsp = off")
    if settings.accept_test_cards and raw.get("portal.env", "production") == "production":
        found.append(Problem(f"{PREFIX}accept_test_cards", where, "lets test cards in", "remove it in production"))
    return found


def _host_problems(settings: CardSettings, raw: JsonObject, where: str) -> list[Problem]:
    host = urlsplit(settings.url).netloc
    given = raw.get("portal.hosts", {})
    try:
        hosts = values.hosts(given) if isinstance(given, str) else dict(given)
    except values.BadValue:
        return []  # told where the setting is read
    found = []
    if host and hosts.get(host) != ROOT:
        cure = f"write `portal.hosts = {host} = {ROOT}`"
        found.append(Problem("portal.hosts", where, "does not name the card host", cure))
    plain = settings.url.startswith("http://") and raw.get("portal.env", "production") == "production"
    if plain:
        found.append(Problem(f"{PREFIX}url", where, "is not https", "serve the card host over TLS"))
    return found

"""Settings, read once into frozen dataclasses: ``portal.*`` and ``reviews.*`` (foundation), ``esea_auth.*``.

Each field is declared with :func:`option`; :func:`read` refuses unknown keys and reports every problem at once, by
key and never by value. ``config/README.md`` is generated from these declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from . import values
from .directives import report_problems
from .errors import Problem
from .interfaces import Contacts, PortalSettings
from .options import option, read, unread
from .pyramid_types import Configurator, Registry
from .services import find


@dataclass(frozen=True, slots=True)
class FoundationSettings:
    """What every portal tells, with or without accounts (prefix ``portal.``)."""

    env: str = option("production", parse=values.one_of("development", "test", "production"), doc="Kind of place")
    name: str = option("Portail régional", doc="Name of the portal, in titles and mails")
    url: str = option(parse=values.origin, doc="Public origin, e.g. https://portail.exemple.fr")
    former_urls: tuple[str, ...] = option(
        (), parse=values.origins, doc="Addresses that the portal had before: the audit trail accepts events of theirs"
    )
    hosts: dict[str, str] = option(
        {}, parse=values.hosts, doc="Further host names and the root each serves: `name = root` pairs"
    )
    database_url: str = option(parse=values.database_address, doc="SQLAlchemy address, or file:/env: reference")
    secret_keys: str = option(
        parse=values.secret,
        doc="Sealing keys (file: or env: reference), made by `esea-admin CONFIG keys new`",
    )
    plugins: tuple[str, ...] = option((), parse=values.words, doc="Plugins to include, in this order")
    demo: bool = option(False, parse=values.boolean, doc="Include the demo (portal.env = development only)")
    clock: str = option("", doc="File that tells the time to processes under test (portal.env = test only)")
    trusted_proxies: tuple[str, ...] = option(
        (), parse=values.networks, doc="Addresses of the reverse proxies whose X-Forwarded-For is trusted"
    )
    outbound_private_networks: tuple[str, ...] = option(
        (), parse=values.networks, doc="Private networks that outgoing calls may reach; none by default"
    )
    log_format: str = option(
        "text", parse=values.one_of("text", "json"), doc="Form of log lines; the request's id is on each of them"
    )
    max_body_bytes: int = option(1_048_576, parse=values.integer(1024), doc="Largest request body, in bytes")
    throttle_store: str = option(
        "database",
        parse=values.secret_or_text,
        doc="`database`, or a redis:// address (file:/env: reference)",
    )
    establishment_networks: dict[str, str] = option(
        {},
        parse=values.pairs,
        doc="Networks of establishments, `CIDR = name`: higher ceilings, named on pages",
    )
    establishment_factor: int = option(
        20, parse=values.integer(1, 1000), doc="How many times higher the ceilings of an establishment's addresses are"
    )
    theme_css: str = option("", doc="Asset or path of a style sheet of tokens that overrides ours")
    support_email: str = option("support@esea-na.fr", parse=values.email, doc="Mail of the support")
    support_phone: str = option("05 64 090 090", doc="Telephone of the support")
    support_hours: str = option("du lundi au vendredi, en heures ouvrables", doc="When the support answers, in words")
    on_call_phone: str = option(
        "", doc="Telephone of whoever is on call while the support is closed (outside `reviews.hours`); none by default"
    )
    on_call_note: str = option(
        "accès urgents seulement", doc="What they do, in words; they issue nothing that two reviewers must agree to"
    )
    dpo_email: str = option("dpo@esea-na.fr", parse=values.email, doc="Mail of the data protection officer")
    tutorials_url: str = option("", doc="Address of the video tutorials, if any")
    security_txt: str = option(
        "", doc="File published as `/.well-known/security.txt` (RFC 9116), e.g. with a signature; none by default"
    )
    terms_version: str = option("2026-06", doc="Version of the CGU that people must have accepted")
    audit_retention_days: int = option(
        365, parse=values.integer(180, 1095), doc="Days the trail's content is kept (CNIL 2021-122)"
    )
    audit_head_file: str = option(
        "", doc="File that the head of the audit trail is signed into each day; copy it to another machine"
    )
    audit_head_key: str = option(
        "",
        parse=values.optional_secret,
        doc="Ed25519 key that signs it (file: or env: reference), made by `esea-admin CONFIG audit new-head-key`",
    )
    audit_head_former_keys: str = option("", doc="PEM file of the public keys that signed it before, the newest first")
    metrics_networks: tuple[str, ...] = option(
        ("127.0.0.0/8", "::1/128"), parse=values.networks, doc="Who may read /metrics"
    )
    mail_host: str = option("localhost", doc="SMTP server")
    mail_port: int = option(25, parse=values.integer(1, 65535), doc="Its port")
    mail_tls: str = option(
        "starttls", parse=values.one_of("starttls", "implicit", "none"), doc="TLS towards the SMTP server"
    )
    mail_user: str = option("", doc="SMTP user, if it asks for one")
    mail_password: str = option("", parse=values.optional_secret, doc="SMTP password (file: or env: reference)")
    mail_from: str = option("ne-pas-repondre@esea-na.fr", parse=values.email, doc="Address that emails come from")
    mail_from_name: str = option("", doc="Name beside it; the portal's by default")
    mail_envelope_from: str = option("", doc="Where bounces go; `mail_from` by default")
    mail_timeout: timedelta = option(timedelta(seconds=20), parse=values.duration, doc="Longest SMTP silence")


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """How requests are reviewed (prefix ``reviews.``)."""

    hours: str = option("mon-fri 09:00-12:30 13:30-17:30", doc="Working hours of the reviewers, Europe/Paris")
    due_working_days: int = option(2, parse=values.integer(1, 30), doc="Working days within which we answer")
    more_asked_days: int = option(30, parse=values.integer(7, 90), doc="Days to complete a request before it expires")
    required_level: str = option(
        "code-courriel",
        doc="Least sign-in level for reviewers (a name of the scale of levels); `resistant` in `production.ini`",
    )
    compare_devices: bool = option(
        True,
        parse=values.boolean,
        doc="A request from a browser or a network address of the reviewer's needs another reviewer (off in a demo)",
    )


#: How many devices are encouraged, or demanded.
WANTED_MEANS = 2


@dataclass(frozen=True, slots=True)
class AuthSettings:
    """Accounts and sign-in (prefix ``esea_auth.``)."""

    modes: tuple[str, ...] = option(("password", "mail_code"), parse=values.words, doc="Enabled auth modes, in order")
    services: str = option(doc="Path or asset of the catalogue of services (services.ini)")
    services_first_day: date | None = option(
        None, parse=values.day, doc="Day that relative days of the catalogue count from (development); today by default"
    )
    second_means: str = option(
        "encouraged",
        parse=values.one_of("silent", "encouraged", "demanded"),
        doc="A second device: no word of it, a reminder, or a condition of every service and role",
    )
    session_hours: int = option(4, parse=values.integer(1, 4), doc="Longest life of a session, in hours")
    session_idle_minutes: int = option(30, parse=values.integer(5, 30), doc="Longest silence of a session")
    shared_workstation_networks: tuple[str, ...] = option(
        (),
        parse=values.networks,
        doc="Networks of shared workstations: who has signed in there before is not told of each new browser",
    )
    confirmation_token_days: int = option(7, parse=values.integer(1, 30), doc="Validity of the confirmation token")
    invitation_hours: int = option(24, parse=values.integer(1, 72), doc="Validity of an invitation")
    reset_minutes: int = option(30, parse=values.integer(5, 60), doc="Validity of a password reset link")
    reset_quarantine_hours: int = option(
        24, parse=values.integer(0, 168), doc="Hours without mailed codes after a reset by mail alone"
    )
    argon2_memory_kib: int = option(
        19_456, parse=values.integer(8), doc="argon2id memory (KiB); floor 19456 in production"
    )
    argon2_time_cost: int = option(2, parse=values.integer(1, 20), doc="argon2id passes")
    argon2_parallelism: int = option(1, parse=values.integer(1, 16), doc="argon2id lanes")
    hidden_fields: tuple[str, ...] = option(
        ("fax", "adeli"), parse=values.words, doc="Optional fields that the sign-up leaves out"
    )
    role_mailboxes: tuple[str, ...] = option(
        ("urgences", "secretariat", "accueil", "contact", "direction", "samu", "smur", "regulation", "garde"),
        parse=values.words,
        doc="Local parts of shared mailboxes: warned about, flagged to the reviewer",
    )
    proven_identity_opens_account: bool = option(
        False,
        parse=values.boolean,
        doc="Open an account at once when a card or Pro Santé Connect proves the person and nothing looks like it",
    )
    terms_days: int = option(365, parse=values.integer(30), doc="Days after which the CGU are asked again")
    refused_sign_up_days: int = option(180, parse=values.integer(30), doc="Days a refused sign-up's data is kept")


def read_section(config: Configurator, cls: type[Any], prefix: str) -> None:
    """Read ``cls`` from the settings under ``prefix`` and publish it as a service of its own class.

    Problems are reported together when the configuration is committed. A host may call it for its own settings.
    """
    settings = config.registry.settings
    where = settings.get("__file__", "")
    env = settings.get("portal.env", "production")
    found, problems = read(cls, settings, prefix, where=where, env=env)
    report_problems(config, problems)
    config.add_service(cls, lambda registry: found)
    # Kept for config/README.md, which lists the settings of every plugin that is included.
    config.registry.setdefault("esea.settings_prefixes", set()).add(prefix)
    section = config.introspectable("esea settings", prefix, cls.__name__, "settings")
    section["class"] = cls
    config.action(("esea-settings", prefix), introspectables=(section,))


def portal_settings(registry: Registry) -> PortalSettings:
    """Return the facts that every package may need."""
    own = find(registry, FoundationSettings)
    return PortalSettings(
        env=own.env,
        name=own.name,
        url=own.url,
        contacts=Contacts(
            support_email=own.support_email,
            support_phone=own.support_phone,
            support_hours=own.support_hours,
            dpo_email=own.dpo_email,
            tutorials_url=own.tutorials_url,
            on_call_phone=own.on_call_phone,
            on_call_note=own.on_call_note,
        ),
        terms_version=own.terms_version,
    )


def _cross_checks(config: Configurator) -> None:
    settings = config.registry.settings
    env = settings.get("portal.env", "production")
    where = settings.get("__file__", "")
    problems = []
    if settings.get("portal.clock") and env != "test":
        problems.append(Problem("portal.clock", where, "is for tests only", "remove it"))
    if env == "production" and str(settings.get("portal.url", "")).strip().lower().startswith("http://"):
        problems.append(Problem("portal.url", where, "is not https", "serve the portal over TLS"))
    report_problems(config, problems)


def _nobody_s(config: Configurator) -> None:
    settings = config.registry.settings
    report_problems(
        config, unread(settings, config.registry["esea.settings_prefixes"], where=settings.get("__file__", ""))
    )


def includeme(config: Configurator) -> None:
    """Read the foundation's settings."""
    read_section(config, FoundationSettings, "portal.")
    read_section(config, ReviewSettings, "reviews.")
    _cross_checks(config)
    # Once every package has read its section.
    config.action("esea-settings-of-nobody", lambda: _nobody_s(config), order=9_000)
    config.add_service(PortalSettings, portal_settings)
    config.add_request_method(lambda request: find(request, PortalSettings), "portal", reify=True)

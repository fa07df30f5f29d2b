"""``doctor``: what is valid and all the same not as it should be on a real portal, one line a warning."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from ..directives import permissions_of
from ..foundation import migrations
from ..foundation.audit import triggers
from ..foundation.audit.head_signing import MAX_AGE, head_config, read_file
from ..foundation.audit.heads import HeadFileBroken
from ..foundation.audit.sealer import long_waiting
from ..foundation.database import IDatabase
from ..foundation.jobs.declared import jobs_of
from ..foundation.mail.transport import SmtpTransport
from ..foundation.reviews.declared import declared
from ..foundation.security.clock import SystemClock
from ..foundation.security.keyring import readable_by_everybody
from ..interfaces import (
    AccountState,
    IAccounts,
    ICatalogue,
    IJobs,
    IMailTransport,
    IMailWorker,
    IMaximumLevel,
    IRoles,
    IRoleSuspensions,
    Level,
)
from ..portal_services.catalogue import doctor
from ..portal_services.loading import services_read
from ..pyramid_types import Registry
from ..services import current_time, find, offers
from ..settings import FoundationSettings, ReviewSettings
from ..site_files import expires
from ..text_files import read_text
from . import proxy, stored_keys
from .loading import Commands, registry_of

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
#: Codes live ten minutes and TOTP steps half a minute: more than this, and people are refused for nothing.
_SKEW = timedelta(seconds=5)


def register(commands: Commands) -> None:
    """Declare the command."""
    command = commands.add_parser("doctor", help="tell what is not as it should be on a real portal")
    proxy.add_arguments(command)
    command.set_defaults(run=examine)


def examine(given: argparse.Namespace) -> int:
    """Run every examination; status 1 if one warns."""
    registry = registry_of(given.config, behind=True)
    checks: tuple[Callable[[Any], Iterator[str]], ...] = (
        _place,
        _keys,
        _security_txt,
        _database,
        _audit,
        _mail,
        _worker,
        _catalogue,
        reviewers,
    )
    warnings = [f"{check.__name__.strip('_')}: {warning}" for check in checks for warning in check(registry)]
    warnings += [f"proxy: {warning}" for warning in proxy.check_proxy(registry, given)]
    print("\n".join(warnings) if warnings else "nothing to tell: all is as it should be")
    return 1 if warnings else 0


def _place(registry: Registry) -> Iterator[str]:
    own = find(registry, FoundationSettings)
    if own.env != "production":
        yield f"portal.env is {own.env}: sample secrets are accepted"
    if not own.url.startswith("https://"):
        yield "portal.url is not https: cookies and passwords travel in clear"
    elif not own.trusted_proxies:
        yield "portal.trusted_proxies is empty: behind a proxy, everybody shares one address and its limits"
    if own.throttle_store == "database" and find(registry, IDatabase).engine.dialect.name == "sqlite":
        yield "the limits are counted in SQLite: enough for one machine only"


def _security_txt(registry: Registry) -> Iterator[str]:
    yield from security_txt_warnings(find(registry, FoundationSettings), SystemClock().now())


def security_txt_warnings(own: FoundationSettings, now: datetime) -> Iterator[str]:
    """Warn a month before the file of ``portal.security_txt`` expires: after that, nobody may rely on it."""
    ends = expires(read_text(Path(own.security_txt))) if own.security_txt else None
    if ends is not None and ends <= now:
        yield "the file of portal.security_txt expired: renew it"
    elif ends is not None and ends - now < timedelta(days=30):
        yield f"the file of portal.security_txt expires on {ends:%Y-%m-%d}: renew it"


def _keys(registry: Registry) -> Iterator[str]:
    if str(registry.settings.get("portal.secret_keys", "")).startswith("env:"):
        yield "portal.secret_keys comes from the environment, which other processes may read: use a file"
    for value in registry.settings.values():
        kind, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
        if kind == "file" and Path(name).exists() and readable_by_everybody(Path(name)):
            yield f"{name} is readable by everybody on this machine: chmod 600"
    try:
        if not migrations.behind(registry):
            yield from stored_keys.examined(registry)
    except SQLAlchemyError:
        return  # told with the database


def _database(registry: Registry) -> Iterator[str]:
    engine = find(registry, IDatabase).engine
    if engine.dialect.name == "sqlite" and find(registry, FoundationSettings).env == "production":
        yield "SQLite has one writer at a time: use PostgreSQL for a real portal"
    try:
        late = migrations.behind(registry)
        if late:
            yield f"the database is behind for {', '.join(late)}: run migrate"
            return
        yield from (f"the database differs: {found}" for found in migrations.differences(registry))
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                skew = abs(connection.execute(select(text("clock_timestamp()"))).scalar_one() - SystemClock().now())
            if skew > _SKEW:
                yield f"this machine's clock and the database's differ by {skew.total_seconds():.0f} s: run NTP on both"
    except SQLAlchemyError as error:
        yield f"does not answer ({type(error).__name__})"


def _audit(registry: Registry) -> Iterator[str]:
    yield from _heads(registry)
    try:
        if migrations.behind(registry):
            return
        with find(registry, IDatabase).reading() as session:
            missing = triggers.missing(session.connection())
            foreign = triggers.foreign(session.connection())
            waiting = long_waiting(session, current_time(registry))
    except SQLAlchemyError:
        return  # told with the database
    if missing:
        yield f"append-only triggers were removed or replaced: {', '.join(missing)}"
    if foreign:
        yield f"triggers or rules that are not the portal's can drop or change events: {', '.join(foreign)}"
    if waiting:
        yield f"{waiting} events wait for their seal for more than ten minutes: see the log of the worker, audit verify"


def _heads(registry: Registry) -> Iterator[str]:
    config = head_config(registry)
    if config is None:
        if find(registry, FoundationSettings).env == "production":
            yield "portal.audit_head_file is not set: a trail cut off at its end, or an older copy of it, won't show"
        return
    if not os.access(config.path if config.path.exists() else config.path.parent, os.W_OK):
        yield f"{config.path} can't be written: the worker can't sign the head of the trail"
    try:
        last = read_file(config).last
    except (HeadFileBroken, OSError) as error:
        yield f"the head file can't be used: {error}"
        return
    if last is None:
        yield "no head of the trail was signed yet: the worker does it daily, or `audit sign-head`"
    elif current_time(registry) - last.moment > MAX_AGE:
        yield f"the last head of the trail was signed on {last.at}: see the log of the worker"


def _mail(registry: Registry) -> Iterator[str]:
    own = find(registry, FoundationSettings)
    if offers(registry, IMailTransport):
        yield "letters do not go to an SMTP server: a plugin carries them elsewhere"
        return
    if own.mail_tls == "none" and own.mail_host not in _LOOPBACK:
        yield "portal.mail_tls is none: codes and links travel in clear to the SMTP server"
    try:
        with find(registry, SmtpTransport).connect() as server:
            server.noop()
    except OSError as error:
        yield f"the SMTP server can't be used ({type(error).__name__}): check portal.mail_* and the network"
    if migrations.behind(registry):
        return
    with find(registry, IDatabase).reading() as session:
        backlog = find(registry, IMailWorker).backlog(session)
    if backlog.given_up:
        yield f"{backlog.given_up} letters were given up in the last 24 hours: see the log of the worker"


def _worker(registry: Registry) -> Iterator[str]:
    if migrations.behind(registry):
        return
    with find(registry, IDatabase).reading() as session:
        ages = find(registry, IJobs).ages(session)
    for name, job in jobs_of(registry).items():
        age = ages[name]
        if age is None:
            yield f"the job {name} never succeeded: is the worker running?"
        elif age > 3 * job.every + timedelta(minutes=5):
            yield f"the job {name} last succeeded {age.total_seconds() / 60:.0f} min ago: see the log of the worker"
    if abs(current_time(registry) - SystemClock().now()) > _SKEW:
        yield "the portal does not use this machine's clock"


def _catalogue(registry: Registry) -> Iterator[str]:
    if not offers(registry, ICatalogue):
        return
    yield from doctor(services_read(registry))


def reviewers(registry: Registry) -> Iterator[str]:
    """Name, by their identifier alone, the reviewers to whom their pages are closed."""
    if not all(offers(registry, each) for each in (IAccounts, IRoles, IMaximumLevel, IRoleSuspensions)):
        return
    settings = find(registry, ReviewSettings)
    if not settings.compare_devices:
        yield "reviews.compare_devices is off: a reviewer may decide a request from their own browser"
    if migrations.behind(registry):
        return
    rules = [permissions_of(registry).get(board.permission) for board in declared(registry).boards.values()]
    roles = {rule.role for rule in rules if rule is not None and rule.role is not None}
    required = Level.from_slug(settings.required_level)
    with find(registry, IDatabase).reading() as session:
        subjects = find(registry, IRoles).people(session, roles)
        for account in find(registry, IAccounts).by_subjects(session, subjects).values():
            if account.state is not AccountState.ACTIVE:
                continue
            if find(registry, IMaximumLevel).of(session, account.subject) < required:
                yield f"{account.identifier} owns no authenticator of the level {required.slug}: add one to review"
            if find(registry, IRoleSuspensions).of(session, account.subject) is not None:
                yield f"the roles of {account.identifier} are suspended since the account was recovered"

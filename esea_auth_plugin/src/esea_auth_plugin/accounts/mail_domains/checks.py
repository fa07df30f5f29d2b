"""The job: looks at the domains whose turn it is, judges what it saw, and acts on it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ...foundation.database import IDatabase
from ...interfaces import DomainHeld, IAuditTrail, IMailboxes, IOutbox, PortalSettings
from ...pyramid_types import Registry
from ...services import current_time, find
from .dns_check import DnsCheck
from .models import MailDomainRow
from .observations import Mail, Seen, can_be_bought
from .policy import Judged, Known, Policy, State, Unverification, judge
from .registry_check import registration_of
from .settings import MailDomainSettings

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
#: The slowest look is four questions to the DNS and four to a registry, some 36 seconds: so many end within the lease.
MAX_PER_RUN = 40
LEASE = timedelta(minutes=30)
LETTER = "mail_domains.support"
#: Addresses doubted in one transaction: some tenth of a second, on SQLite with every other writer waiting.
BATCH = 50


class ResolverSuspected(RuntimeError):
    """Most domains seem to be gone at once: it is the resolver that is ill, and nothing it says is believed."""


@dataclass(frozen=True, slots=True)
class Found:
    """A domain that was looked at."""

    held: DomainHeld
    known: Known
    seen: Seen


def look(registry: Registry) -> int:
    """Job: look at what is due; return how many domains were.

    :raises ResolverSuspected: most of them seem to be gone at once; nothing is decided, ``/healthz`` shows the failure.
    """
    now = current_time(registry)
    with find(registry, IDatabase).reading() as session:
        held = {one.domain: one for one in find(registry, IMailboxes).domains(session) if can_be_bought(one.domain)}
        rows = {row.domain: row for row in session.scalars(select(MailDomainRow))}
        due = _due(held, rows, now)
        known = {domain: known_of(rows.get(domain), now) for domain in due}
    found = [Found(held[domain], known[domain], see(registry, domain)) for domain in due]
    _refuse_a_blackout(found)
    for one in found:
        _act(registry, one)
    _forget(registry, set(rows) - set(held))
    return len(found)


def see(registry: Registry, domain: str) -> Seen:
    """Look at one domain from outside, with no transaction open."""
    settings = find(registry, MailDomainSettings)
    seen = DnsCheck(settings.resolvers).at(domain)
    said = registration_of(registry, settings.registries, domain)
    return seen if said is None else replace(seen, registered_at=said.began_at, leaving=said.leaving)


def known_of(row: MailDomainRow | None, now: datetime) -> Known:
    """Return what is kept of a domain; one that was never looked at is sound."""
    if row is None:
        return Known(State.SOUND, now)
    return Known(
        State(row.state),
        row.since,
        row.silent_since,
        row.silent_looks,
        frozenset(row.name_servers.split()),
        frozenset(row.mail_servers.split()),
        row.registered_at,
        row.vouched_at,
    )


def _due(held: Mapping[str, DomainHeld], rows: Mapping[str, MailDomainRow], now: datetime) -> Sequence[str]:
    """Return the domains whose turn it is, those that waited longest first, the new ones before all."""
    waiting = [(rows[domain].next_at if domain in rows else None, domain) for domain in held]
    due = [(moment or datetime.min.replace(tzinfo=now.tzinfo), domain) for moment, domain in waiting]
    return [domain for moment, domain in sorted(due) if moment <= now][:MAX_PER_RUN]


def _refuse_a_blackout(found: Sequence[Found]) -> None:
    """A resolver behind a captive portal, or cut off, says of every name that it does not exist."""
    sound = [one for one in found if one.known.state is State.SOUND]
    gone = sum(one.seen.mail is Mail.NONE for one in sound)
    if gone >= 5 and gone * 2 > len(sound):
        raise ResolverSuspected(f"{gone} of {len(sound)} mail domains seem to be gone at once: look at the resolver")


def _act(registry: Registry, one: Found) -> None:
    """Judge, doubt, keep and tell."""
    settings, now = find(registry, MailDomainSettings), current_time(registry)
    policy = Policy(settings.every, settings.patience, settings.moved == "doubt")
    judged = judge(one.known, one.seen, confirmed_at=one.held.confirmed_at, now=now, policy=policy)
    # What was judged is kept last: a worker that is killed in between judges the same again.
    doubted = _unverify(registry, one.held.domain, judged)
    with find(registry, IDatabase).writing() as session:
        keep(session, one.held.domain, judged.known, now=now, next_at=now + judged.next_in, problem=one.seen.problem)
        if judged.news:
            _notify(registry, session, one.held, judged, doubted)


def _unverify(registry: Registry, domain: str, judged: Judged) -> int:
    """Doubt the addresses, a batch a transaction; return how many there were."""
    if judged.unverification is Unverification.NONE:
        return 0
    before = judged.known.registered_at if judged.unverification is Unverification.REGISTERED_ANEW else None
    doubted = 0
    while True:
        with find(registry, IDatabase).writing() as session:
            found = find(registry, IMailboxes).unverify(
                session, domain, reason=str(judged.unverification), confirmed_before=before, most=BATCH
            )
        doubted += len(found)
        if len(found) < BATCH:
            return doubted


def _notify(registry: Registry, session: Session, held: DomainHeld, judged: Judged, doubted: int) -> None:
    details = {"state": str(judged.known.state), "accounts": held.accounts, "doubted": doubted}
    # The domain of a practice may hold the name of a person: it lies aside, sealed, and in no log.
    personal = {"domain": held.domain}
    find(registry, IAuditTrail).record(session, "mail_domain.changed", details=details, personal=personal)
    contacts = find(registry, PortalSettings).contacts
    find(registry, IOutbox).post(session, LETTER, to=contacts.support_email, values={**details, **personal})
    log.warning("a mail domain is %s: %d addresses doubted, see /support/domaines", judged.known.state, doubted)


def keep(session: Session, domain: str, known: Known, *, now: datetime, next_at: datetime, problem: str = "") -> None:
    """Write what is known of a domain."""
    row = session.get(MailDomainRow, domain) or MailDomainRow(domain=domain)
    row.state, row.since = str(known.state), known.since
    row.silent_since, row.silent_looks = known.silent_since, known.silent_looks
    row.name_servers, row.mail_servers = " ".join(sorted(known.name_servers)), " ".join(sorted(known.mail_servers))
    row.registered_at, row.vouched_at = known.registered_at, known.vouched_at
    row.looked_at, row.next_at, row.problem = now, next_at, problem
    session.add(row)
    session.flush()


def _forget(registry: Registry, gone: set[str]) -> None:
    """A domain that no account has any more is nobody's business."""
    if not gone:
        return
    with find(registry, IDatabase).writing() as session:
        session.execute(delete(MailDomainRow).where(MailDomainRow.domain.in_(gone)))

"""What there is to know of a running portal, without a secret or a name of a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from esea_auth_plugin.foundation import migrations
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.interfaces import IJobs, IMailWorker, IRevocationLists
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import find, offers

#: The worker looks each second; ten minutes without any job's success mean that none runs.
_WORKER_SILENCE = timedelta(minutes=10)
_OLDEST_LETTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the portal. ``problems`` is empty when all is well; its words are codes, from a closed set."""

    problems: tuple[str, ...]
    job_ages: dict[str, float | None] = field(default_factory=dict)
    emails_waiting: int = 0
    oldest_letter: float = 0.0
    emails_lost: int = 0
    list_ages: dict[str, float | None] = field(default_factory=dict)
    failing_jobs: tuple[str, ...] = ()


def look(registry: Registry) -> Health:
    """Read the state; a database that is away is a problem, not an error."""
    try:
        late = migrations.behind(registry)
        with find(registry, IDatabase).reading() as session:
            ages = find(registry, IJobs).ages(session)
            failing = find(registry, IJobs).failing(session)
            backlog = find(registry, IMailWorker).backlog(session)
    except SQLAlchemyError:
        return Health(("database_away",))
    problems = ["migrations_behind"] if late else []
    seen = [age for age in ages.values() if age is not None]
    if not seen or min(seen) > _WORKER_SILENCE:
        problems.append("worker_silent")
    if {"audit.seal", "audit.sign_head", "audit.prune"} & set(failing):
        problems.append("audit_trail")
    if backlog.oldest is not None and backlog.oldest > _OLDEST_LETTER:
        problems.append("mail_stuck")
    if backlog.given_up:
        problems.append("mail_lost")
    lists = find(registry, IRevocationLists).statuses() if offers(registry, IRevocationLists) else ()
    if any(progress.stale for progress in lists):
        problems.append("revocation_list_old")
    return Health(
        tuple(problems),
        {name: age.total_seconds() if age is not None else None for name, age in ages.items()},
        backlog.waiting,
        backlog.oldest.total_seconds() if backlog.oldest else 0.0,
        backlog.given_up,
        {one.authority: one.age.total_seconds() if one.age is not None else None for one in lists},
        tuple(sorted(failing)),
    )

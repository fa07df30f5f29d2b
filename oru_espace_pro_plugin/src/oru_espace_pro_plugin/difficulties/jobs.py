"""What time brings: requests without answer, reminders at the expected end, closing without news."""

from __future__ import annotations

from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import current_time, find

from .service import Difficulties


def follow_time(registry: Registry) -> int:
    """Job: carry out every act that is due, each in a transaction of its own; return how many were."""
    service, database = find(registry, Difficulties), find(registry, IDatabase)
    with database.reading() as session:
        due = service.due(session, current_time(registry))
    done = 0
    for act, difficulty in due:
        with database.writing() as session:
            done += service.act_by_itself(session, difficulty, act)
    return done

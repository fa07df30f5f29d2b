"""``worker``: sends the mail and runs every periodic job, until SIGTERM."""

from __future__ import annotations

import argparse

from ..foundation.database import IDatabase
from ..foundation.jobs.worker import Worker
from ..interfaces import IJobs
from ..services import find
from .loading import Commands, registry_of


def register(commands: Commands) -> None:
    """Declare the command."""
    command = commands.add_parser("worker", help="send mail and run the periodic jobs, until SIGTERM")
    command.add_argument("--once", action="store_true", help="run what is due now, then end")
    command.set_defaults(run=work)


def work(given: argparse.Namespace) -> int:
    """Work until told to stop; the job under way is finished first."""
    registry = registry_of(given.config)
    if given.once:
        print(f"jobs run: {find(registry, IJobs).run_due()}")
    else:
        Worker(registry).run_process()
    find(registry, IDatabase).engine.dispose()
    return 0

"""The directive by which packages and plugins declare what must be done from time to time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from ...pyramid_types import Configurator, Registry, RegistryStore

Run = Callable[[Registry], object]


@dataclass(frozen=True, slots=True)
class Job:
    """A periodic job.

    :ivar run: called with the registry, outside any transaction.
    :ivar lease: a worker that was killed frees the job after so long; longer than the job ever takes.
    :ivar own_leases: the job's own rows are leased one by one, so that every worker may run it at once.
    """

    name: str
    run: Run
    every: timedelta
    lease: timedelta
    own_leases: bool


def add_job(
    config: Configurator,
    name: str,
    run: Run,
    every: timedelta,
    *,
    lease: timedelta = timedelta(minutes=15),
    own_leases: bool = False,
) -> None:
    """Directive ``config.add_job('package.job', run, every=timedelta(hours=1))``; ``run(registry)`` does the work."""
    job = Job(name, config.maybe_dotted(run), every, lease, own_leases)
    introspectable = config.introspectable("esea jobs", name, f"every {every}", "job")
    config.action(
        ("esea-job", name),
        lambda: _jobs(config.registry).__setitem__(name, job),
        introspectables=(introspectable,),
    )


def jobs_of(registry: Registry) -> Mapping[str, Job]:
    """Return the declared jobs by name."""
    return _jobs(registry)


_jobs = RegistryStore("esea.jobs", dict[str, Job])

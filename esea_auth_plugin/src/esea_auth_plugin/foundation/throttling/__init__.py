"""Limits on tries: counted in the database (or Redis) across processes, on an engine of their own, failing closed."""

from __future__ import annotations

import logging
from datetime import timedelta

from ...directives import report_problems
from ...errors import Problem
from ...interfaces import IClock, ISealer, IThrottle
from ...normalise.addresses import parse_network
from ...pyramid_types import Configurator, Registry
from ...services import find
from ...settings import FoundationSettings
from .addresses import Addresses, address_key
from .rules import failures_of_account, failures_of_address, failures_of_known_browser, in_known_browser
from .service import Throttle
from .sql_store import SqlStore, make_throttle_engine
from .store import Store
from .waits import in_words

__all__ = [
    "Addresses",
    "IThrottle",
    "address_key",
    "failures_of_account",
    "failures_of_address",
    "failures_of_known_browser",
    "in_known_browser",
    "in_words",
    "includeme",
]

log = logging.getLogger(__name__)


def includeme(config: Configurator) -> None:
    """Publish :class:`IThrottle`, its :class:`Store` and :class:`Addresses`; remove dead counters every hour."""
    config.add_service(Store, _store)
    config.add_service(IThrottle, _throttle)
    config.add_service(Addresses, _addresses)
    config.add_job("throttle.purge", purge, every=timedelta(hours=1))
    config.action(None, lambda: report_problems(config, _problems(config.registry)), order=1_000)


def purge(registry: Registry) -> None:
    """Job: remove the counters that count for nothing any more. No limit waits for it."""
    gone = find(registry, Store).purge()
    if gone:
        log.info("%d dead counters removed", gone)


def _throttle(registry: Registry) -> IThrottle:
    return Throttle(find(registry, Store), find(registry, ISealer))


def _store(registry: Registry) -> Store:
    settings = _settings(registry)
    if settings.throttle_store != "database":
        from .redis_store import RedisStore  # redis is an optional dependency

        return RedisStore(settings.throttle_store)
    return SqlStore(make_throttle_engine(settings.database_url), find(registry, IClock))


def _addresses(registry: Registry) -> Addresses:
    settings = _settings(registry)
    return Addresses(settings.establishment_networks, settings.establishment_factor)


def _settings(registry: Registry) -> FoundationSettings:
    return find(registry, FoundationSettings)


def _problems(registry: Registry) -> list[Problem]:
    """Return what the settings of this package get wrong."""
    settings = _settings(registry)
    found = []
    for network in settings.establishment_networks:
        try:
            parse_network(network)
        except ValueError:
            found.append(
                Problem(
                    "portal.establishment_networks", "", "holds something that is no network", "write `CIDR = name`"
                )
            )
    if settings.throttle_store != "database" and not settings.throttle_store.startswith(
        ("redis://", "rediss://", "redis+unix://")
    ):
        found.append(
            Problem("portal.throttle_store", "", "is no known store", "write `database` or a redis:// address")
        )
    return found

"""Mechanisms without models or requests: clock, tokens, sealing, passwords, masking of logs.

Only here may ``argon2``, ``hmac``, ``secrets`` and ``cryptography.hazmat`` be imported (a test checks it).
"""

from __future__ import annotations

from typing import Any

from ...directives import report_problems
from ...errors import Problem
from ...interfaces import IClock, ISealer
from ...pyramid_types import Configurator, Registry
from ...services import find, offers
from ...settings import AuthSettings, FoundationSettings
from .clock import clock_for
from .keyring import KeyFileError, parse_keys
from .passwords import HashCost, PasswordHashes
from .sealing import Sealer

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Publish :class:`IClock`, :class:`ISealer` and, for plugins with passwords, :class:`PasswordHashes`."""
    config.add_service(IClock, _clock)
    config.add_service(ISealer, _sealer)
    config.add_service(PasswordHashes, _password_hashes)
    # Once every setting is read, and before the start is refused with all problems at once.
    config.action(None, lambda: report_problems(config, _problems(config.registry)), order=1_000)


def _clock(registry: Registry) -> IClock:
    settings = _foundation(registry)
    return clock_for(settings.env, settings.clock)


def _sealer(registry: Registry) -> ISealer:
    return Sealer(parse_keys(_foundation(registry).secret_keys))


def _password_hashes(registry: Registry) -> PasswordHashes:
    return PasswordHashes(_cost(registry))


def _cost(registry: Registry) -> HashCost:
    own = find(registry, AuthSettings)
    return HashCost(own.argon2_memory_kib, own.argon2_time_cost, own.argon2_parallelism)


def _foundation(registry: Registry) -> Any:
    return find(registry, FoundationSettings)


def _problems(registry: Registry) -> list[Problem]:
    """Return what these mechanisms can't work with."""
    settings = _foundation(registry)
    found = []
    if settings.secret_keys:  # absent or unreadable: told already
        try:
            parse_keys(settings.secret_keys)
        except KeyFileError as error:
            found.append(Problem("portal.secret_keys", "", str(error), "run « esea-admin CONFIG keys new »"))
    if offers(registry, AuthSettings) and settings.env != "test" and not _cost(registry).enough:
        found.append(
            Problem(
                "esea_auth.argon2_memory_kib",
                "",
                "argon2id is set below its floor",
                "use at least 19456 KiB, 2 passes, 1 lane",
            )
        )
    return found

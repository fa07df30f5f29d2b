"""Loads ``services.ini`` while the portal starts; whatever is wrong with it stops the start."""

from __future__ import annotations

from collections.abc import Set
from importlib.metadata import entry_points
from pathlib import Path

from pyramid.path import AssetResolver

from ..authentication.registry import BUILT_IN
from ..authentication.registry import GROUP as MODES_GROUP
from ..directives import core, report_problems
from ..errors import Problem
from ..interfaces import ICatalogue, PortalService, Rule
from ..pyramid_types import Configurator, Registry
from ..services import current_time, find
from ..settings import AuthSettings, FoundationSettings
from ..text_files import BadTextFile, read_text
from .catalogue import PARIS, Catalogue
from .catalogue_file import Rules, parse_catalogue

KEY = "esea_auth.services"

#: After the modes are declared and the clock is published, before the core tells the problems.
_ORDER = 5_000


def includeme(config: Configurator) -> None:
    """Read the catalogue once the configuration's other actions ran, and publish :class:`ICatalogue`."""

    def load() -> None:
        found = config.registry["esea.catalogue"] = read_catalogue(config)
        for service in found:
            core(config).permissions.setdefault(permission_of(service), Rule(service=service.slug))

    config.action("esea-catalogue", load, order=_ORDER)
    config.add_service(ICatalogue, lambda registry: Catalogue(services_read(registry)))


def permission_of(service: PortalService) -> str:
    """Return the permission that opens a service: grant, level and modes must hold."""
    return f"esea.service.{service.slug}"


def services_read(registry: Registry) -> tuple[PortalService, ...]:
    """Return the services as they were read at the start, the portal itself among them."""
    found: tuple[PortalService, ...] = registry["esea.catalogue"]
    return found


def read_catalogue(config: Configurator) -> tuple[PortalService, ...]:
    """Return the services of the file that the setting names; problems go to the core."""
    registry = config.registry
    settings = find(registry, AuthSettings)
    path = _path(settings.services, registry.settings.get("__file__", ""))
    try:
        text = read_text(path)
    except BadTextFile as bad:
        report_problems(config, [Problem(KEY, str(path), str(bad), bad.cure)])
        return ()
    rules = Rules(
        known=installed_modes(),
        enabled=frozenset(settings.modes),
        env=find(registry, FoundationSettings).env,
        first_day=settings.services_first_day or current_time(registry).astimezone(PARIS).date(),
    )
    services, problems = parse_catalogue(text, path.name, rules)
    report_problems(config, problems)
    return tuple(services)


def installed_modes() -> Set[str]:
    """Return the names of the auth modes that are installed, enabled or not; ours without metadata too."""
    return frozenset({*BUILT_IN, *(point.name for point in entry_points(group=MODES_GROUP))})


def _path(named: str, ini: str) -> Path:
    if ":" in named and not Path(named).is_absolute():
        return Path(AssetResolver(None).resolve(named).abspath())
    return Path(ini).parent / named if ini else Path(named)

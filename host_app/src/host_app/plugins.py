"""Installed is not enabled: entry points say which plugins are there, ``portal.plugins`` says which are on.

An unknown name, a plugin that fails to import and two plugins with one name stop the start.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

from esea_auth_plugin.errors import ConfigurationError, Problem
from esea_auth_plugin.pyramid_types import Configurator

GROUP = "regional_portal.plugins"
KEY = "portal.plugins"


def includeme(config: Configurator) -> None:
    """Include the enabled plugins, in the order of the setting."""
    where = config.registry.settings.get("__file__", "")
    names = config.registry.settings.get(KEY, "").split()
    found, problems = resolve(names, list(entry_points(group=GROUP)), where)
    if problems:
        raise ConfigurationError(problems)
    for plugin in found:
        config.include(plugin)


def resolve(names: list[str], installed: list[EntryPoint], where: str) -> tuple[list[Any], list[Problem]]:
    """Return the plugins of these names, and everything that is wrong with them.

    :param installed: entry points of the group. :param where: the ini file, for messages.
    """
    plugins, problems = [], []
    if not names:
        problems.append(Problem(KEY, where, "names no plugin", f"name some of: {_known(installed)}"))
    for name in names:
        matches = [point for point in installed if point.name == name]
        if names.count(name) > 1:
            problems.append(Problem(KEY, where, f"names {name} twice", "name it once"))
        elif not matches:
            problems.append(
                Problem(
                    KEY,
                    where,
                    f"names {name}, which no installed distribution offers",
                    f"known: {_known(installed)}",
                )
            )
        elif len({point.value for point in matches}) > 1:
            owners = ", ".join(sorted(_owner(point) for point in matches))
            problems.append(Problem(KEY, where, f"{name} is offered by {owners}", "uninstall all but one"))
        else:
            plugin, problem = _load(matches[0])
            plugins.append(plugin)
            problems.extend(problem)
    return plugins, problems


def _load(point: EntryPoint) -> tuple[Any, list[Problem]]:
    try:
        return point.load(), []
    except Exception as error:  # whatever a third party's import raises, the operator is told its name
        cause = f"plugin {point.name} of {_owner(point)} can't be imported: {type(error).__name__}: {error}"
        return None, [Problem(KEY, point.value, cause, "repair or uninstall it, or take it out of the setting")]


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown distribution"


def _known(installed: list[EntryPoint]) -> str:
    return ", ".join(sorted({point.name for point in installed})) or "none"

"""Replaces each line ``% generated: NAME`` of a page by Markdown made from the code, before Sphinx parses the page.

The lists come from a configured portal (both plugins, every auth mode), so they can't fall behind the code and nothing
generated is committed. An unknown name stops the build.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from docs._ext.command_line_pages import command_line
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

_MARKER = re.compile(r"^% generated: (?P<name>[\w -]+)$", re.MULTILINE)
_ROOT = Path(__file__).parents[2]
_PACKAGES = ("esea_auth_plugin", "oru_espace_pro_plugin")


def setup(app: Sphinx) -> Mapping[str, Any]:
    """Connect the extension."""
    app.connect("source-read", _replace_markers)
    return {"parallel_read_safe": True, "version": "1"}


def _replace_markers(app: Sphinx, docname: str, source: list[str]) -> None:
    source[0] = _MARKER.sub(lambda match: page_part(match["name"]), source[0])


def page_part(name: str) -> str:
    """Return the Markdown of a generated part.

    :raises ExtensionError: nothing has this name.
    """
    row = re.fullmatch(r"tests of row (\d+)", name)
    if row is not None:
        return _tests_of_row(int(row[1]))
    writer = _WRITERS.get(name)
    if writer is None:
        raise ExtensionError(f"« % generated: {name} »: unknown name; known: {', '.join(sorted(_WRITERS))}")
    return writer()


# --- a configured portal -----------------------------------------------------------------------------------------

_portals: list[Any] = []


def portal_registry() -> Any:
    """Return the registry of the example portal with every mode enabled; made once, it opens no database."""
    if not _portals:
        _portals.append(_configure())
    return _portals[0]


def _configure() -> Any:
    from esea_auth_plugin.foundation.migrations import unchecked
    from esea_auth_plugin.foundation.security.clock import SystemClock
    from esea_auth_plugin.foundation.security.keyring import create_key_file
    from esea_auth_plugin.testing.settings import settings_for_tests
    from host_app import configure

    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        create_key_file(keys, SystemClock().now())
        for_tests = settings_for_tests(keys, Path(folder) / "clock", 25)
        settings = {
            **{key: value for key, value in for_tests.items() if key != "portal.clock" and ".argon2_" not in key},
            "portal.env": "development",
            "portal.plugins": "esea_auth oru_espace_pro",
            "portal.database_url": "sqlite://",
        }
        with unchecked():
            return configure({"__file__": "documentation.ini"}, settings).registry


def _introspected(category: str) -> list[Any]:
    found = portal_registry().introspector.get_category(category, default=())
    if not found:
        raise ExtensionError(f"the configured portal declares nothing in the category « {category} »")
    return [item["introspectable"] for item in found]


# --- Markdown ----------------------------------------------------------------------------------------------------


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _named(category: str, heads: tuple[str, str]) -> str:
    """Return a table of what a directive declared: name and title."""
    rows = sorted((f"`{item.discriminator}`", str(item.title)) for item in _introspected(category))
    return table(heads, rows)


def _settings() -> str:
    from esea_auth_plugin.settings_doc import page

    whole = page(portal_registry())
    return whole[whole.index("## ") :]


def _permissions() -> str:
    from esea_auth_plugin.directives import permissions_of, roles_of

    roles = roles_of(portal_registry())
    rows = []
    for name, rule in sorted(permissions_of(portal_registry()).items()):
        role = f"`{rule.role}` ({roles.get(rule.role, 'not declared')})" if rule.role else ""
        service = f"`{rule.service}`" if rule.service else ""
        level = f"`{rule.level.slug}`" if rule.level else ""
        fresh = f"{rule.fresh_within.total_seconds() / 60:.0f} min" if rule.fresh_within else ""
        rows.append((f"`{name}`", role, service, level, fresh))
    return table(("permission", "role", "right on the service", "minimum level", "maximum age of a proof"), rows)


def _roles() -> str:
    from esea_auth_plugin.directives import roles_of

    return table(
        ("role", "title"), [(f"`{name}`", title) for name, title in sorted(roles_of(portal_registry()).items())]
    )


def _jobs() -> str:
    return _named("esea jobs", ("job", "runs"))


def _emails() -> str:
    return _named("esea emails", ("email", "folder of its templates"))


def _audit_actions() -> str:
    return _named("esea audit actions", ("code", "sentence that the person reads"))


def _auth_modes() -> str:
    from importlib.metadata import entry_points

    rows = []
    for point in sorted(entry_points(group="esea_auth.auth_modes"), key=lambda found: found.name):
        mode = point.load()
        factors = ", ".join(f"`{factor}`" for factor in sorted(mode.factors))
        rows.append((f"`{point.name}`", mode.title, f"`/connexion/{mode.segment}`", factors))
    return table(("mode", "title", "address", "factors"), rows)


def _levels() -> str:
    from esea_auth_plugin.interfaces import Level

    return table(("level", "rank"), [(f"`{level.slug}`", str(int(level))) for level in Level if level])


# --- docstrings --------------------------------------------------------------------------------------------------


def _directives() -> str:
    """Return the documentation of every directive that the included packages add to a configurator."""
    found = getattr(portal_registry(), "_directives", {})
    own = {name: function for name, (function, _) in found.items() if function.__module__.startswith(_PACKAGES)}
    if not own:
        raise ExtensionError("the configured portal has no directives of its own")
    parts = []
    for name, function in sorted(own.items()):
        parts += [f"## `config.{name}`", "", _rest(f".. autofunction:: {function.__module__}.{function.__name__}"), ""]
    return "\n".join(parts)


def _modules(package: str) -> str:
    """Return the API of each module of a package."""
    parent = importlib.import_module(package)
    parts = []
    for found in sorted(pkgutil.iter_modules(parent.__path__), key=lambda each: each.name):
        name = f"{package}.{found.name}"
        title = found.name.replace("_", " ").capitalize()
        parts += [f"## {title}", "", _rest(f".. automodule:: {name}"), ""]
    return "\n".join(parts)


def _catalogue() -> str:
    from esea_auth_plugin.portal_services import catalogue_file

    return _rest(f".. automodule:: {catalogue_file.__name__}\n   :no-members:")


def _rest(directive: str) -> str:
    return f"```{{eval-rst}}\n{directive}\n```"


# --- threat model ------------------------------------------------------------------------------------------------


def _tests_of_row(number: int) -> str:
    """Return the requirements of a row and the tests that hold them, from the table of the security tests."""
    text = (_ROOT / "tests" / "security" / "README.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ") and line.count("|") == 3]
    cited = re.compile(rf"\bRows? (?:\d+(?:,| and|, and) )*{number}\b", re.IGNORECASE)
    found = [(cells[0].strip(), cells[1].strip()) for cells in rows if cited.search(cells[0])]
    if not found:
        return "*Tests:* no line of the table of requirements cites this row yet."
    items = "\n".join(f"- {requirement}: {tests}" for requirement, tests in found)
    return f"*Tests:*\n\n{items}"


_WRITERS: Mapping[str, Callable[[], str]] = {
    "settings": _settings,
    "command line": command_line,
    "permissions": _permissions,
    "roles": _roles,
    "jobs": _jobs,
    "emails": _emails,
    "audit actions": _audit_actions,
    "auth modes": _auth_modes,
    "levels": _levels,
    "directives": _directives,
    "interfaces": lambda: _modules("esea_auth_plugin.interfaces"),
    "catalogue": _catalogue,
}

"""A branch of the migrations: which tables a plugin makes, and where its revisions lie.

Alembic keeps one history per branch, so that a portal without accounts has no accounts table, and a plugin that
is taken out again does not break the others' history.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData, Table

Report = Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True)
class Triggers:
    """Statements beside the tables, which Alembic can't compare: by dialect name."""

    create: Callable[[str], Sequence[str]]
    drop: Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Branch:
    """What a distribution publishes in the entry-point group ``regional_portal.migrations``.

    :ivar label: name of the Alembic branch; the entry point has the same name.
    :ivar package: the plugin; every ``models.py`` (or ``models/``) in it is imported before comparing.
    :ivar versions: folder of the revisions, relative to the package.
    :ivar metadata: returns the metadata that holds the branch's tables, among others perhaps.
    :ivar owns: tells which tables of the metadata are the branch's.
    :ivar triggers: what its first revision creates beside the tables.
    """

    label: str
    package: str
    versions: str
    metadata: Callable[[], MetaData]
    owns: Callable[[Table], bool] = lambda table: True
    triggers: Callable[[], Triggers] | None = None

    @property
    def location(self) -> Path:
        """Folder of the revisions on this machine."""
        return _folder(self.package) / self.versions

    def tables(self) -> list[Table]:
        """Return the branch's tables, all models imported, in order of their dependencies."""
        load_models(self.package)
        return [table for table in self.metadata().sorted_tables if self.owns(table)]


def load_models(package: str, report: Report | None = None) -> None:
    """Import every module of a package that holds models.

    :param report: called with a module that can't be imported and its error; without it the error is raised.
    """
    for module in model_modules(package):
        try:
            importlib.import_module(module)
        except Exception as error:  # a third party's module may raise anything
            if report is None:
                raise
            report(module, error)


def model_modules(package: str) -> Iterator[str]:
    """Yield the dotted names of the modules that hold models: ``models.py``, or what lies in ``models/``."""
    folder = _folder(package)
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder).with_suffix("").parts
        if inside[-1] == "models" or "models" in inside[:-1]:
            yield ".".join([package, *inside]).removesuffix(".__init__")


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no package {package}")
    return Path(next(iter(spec.submodule_search_locations)))

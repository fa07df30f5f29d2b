"""The extra « testing » brings what the pytest plugin for integrators imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2] / "esea_auth_plugin"
#: Imported for the tests of the two modes that bring it themselves.
BROUGHT_BY_OTHERS = {"cbor2"}


def test_what_the_test_helpers_import_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *extras["testing"], *extras["postgresql"]]
    names = {_normal(re.split(r"[\[<>=]", line)[0]) for line in declared}
    distributions = packages_distributions()
    missing = {
        f"{path.name}: {module}"
        for path in (ROOT / "src/esea_auth_plugin/testing").rglob("*.py")
        for module in _imported(path)
        if module not in sys.stdlib_module_names | BROUGHT_BY_OTHERS | {"esea_auth_plugin"}
        and not {_normal(name) for name in distributions.get(module, [])} & names
    }
    # `transaction` and `zope` come with pyramid-tm and zope.sqlalchemy, which are declared.
    assert {each for each in missing if not each.endswith((": transaction", ": zope"))} == set()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found

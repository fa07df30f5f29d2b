"""Every link of an external identity goes through the one linking service: nobody else inserts into its table.

A mode that linked by itself would leave out the comparison of names, the email and the question that follows a first
link (issue 10, 1.3). The sources of the distributions are read, and those of the third-party modes of the tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = (
    ROOT / "esea_auth_plugin/src",
    ROOT / "oru_espace_pro_plugin/src",
    ROOT / "host_app/src",
    ROOT / "tests/contract",
)
STORE = "esea_auth_plugin/src/esea_auth_plugin/accounts/external.py"
SERVICE = "esea_auth_plugin/src/esea_auth_plugin/authentication/linking/service.py"
MODEL = "esea_auth_plugin/src/esea_auth_plugin/accounts/models.py"
TABLE = "esea_external_identity"


def modules() -> Iterator[tuple[str, ast.Module]]:
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/versions/" not in name:
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def imports_model(tree: ast.Module) -> bool:
    """Tell whether a module imports the table's class (the value of the interfaces bears the same name)."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return any(
        (node.module or "").rpartition(".")[2] == "models"
        and any(each.name == "ExternalIdentity" for each in node.names)
        for node in found
        if not (node.module or "").startswith("sqlalchemy")
    )


def inserts(tree: ast.Module) -> bool:
    """Tell whether a module calls ``insert`` of the store, which alone names who does it (``by``)."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "insert"
        and any(word.arg == "by" for word in call.keywords)
        for call in calls
    )


def test_only_the_store_knows_the_table() -> None:
    assert [name for name, tree in modules() if imports_model(tree)] == [STORE]


def test_only_the_linking_service_inserts() -> None:
    assert [name for name, tree in modules() if inserts(tree)] == [SERVICE]


def test_nobody_names_the_table_in_sql() -> None:
    naming = [
        name
        for name, tree in modules()
        if any(isinstance(node, ast.Constant) and TABLE in str(node.value) for node in ast.walk(tree))
    ]
    assert naming == [MODEL]


@pytest.mark.parametrize(
    "source",
    [
        "from esea_auth_plugin.accounts.models import ExternalIdentity\nsession.add(ExternalIdentity(issuer='x'))",
        "find(registry, IExternalIdentities).insert(session, account, identity, by=account)",
    ],
)
def test_a_mode_that_bypasses_the_service_is_seen(source: str) -> None:
    tree = ast.parse(source)
    assert imports_model(tree) or inserts(tree)

"""The table « requirement, test » names only tests and files that exist."""

from __future__ import annotations

import ast
import re

from tests.packaging.sources import ROOT, tracked

TABLE = ROOT / "tests" / "security" / "README.md"
PYTHON = sorted((ROOT / "tests").rglob("*.py"))


def test_each_named_test_and_file_exists() -> None:
    table = TABLE.read_text(encoding="utf-8")
    functions = {
        node.name
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    files = {path.name for path in tracked()}
    named = set(re.findall(r"::(test_\w+)`", table))
    assert named
    assert named - functions == set()
    assert set(re.findall(r"(\w+\.py)(?:::|`)", table)) - files == set()

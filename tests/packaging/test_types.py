"""Requests, registries and configurators are typed, and ``Any`` gets rarer, never more frequent."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.packaging.sources import ROOT

SOURCES = [ROOT / name / "src" for name in ("esea_auth_plugin", "oru_espace_pro_plugin", "host_app")]
TYPED = {"request", "registry", "config", "source"}
#: Occurrences of the name in the three source trees, imports left out. Lower it with each one that goes.
MAX_ANY = 296


def modules() -> list[tuple[Path, ast.Module]]:
    return [
        (path, ast.parse(path.read_text(encoding="utf-8"))) for root in SOURCES for path in sorted(root.rglob("*.py"))
    ]


def test_no_function_takes_an_untyped_request_registry_or_configurator() -> None:
    untyped = [
        f"{path.relative_to(ROOT)}:{argument.lineno} {argument.arg}"
        for path, tree in modules()
        if path.name not in {"pyramid_types.py", "env.py"} and "versions" not in path.parts
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        if argument.arg in TYPED and isinstance(argument.annotation, ast.Name) and argument.annotation.id == "Any"
    ]
    assert untyped == []


def test_any_is_not_used_more_often() -> None:
    used = sum(isinstance(node, ast.Name) and node.id == "Any" for _, tree in modules() for node in ast.walk(tree))
    assert used <= MAX_ANY

"""Every event that the code records is declared with its French sentence, and none is declared in vain (row 33)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from esea_auth_plugin.foundation.audit import actions_of
from esea_auth_plugin.foundation.audit.service import valid_action

ROOT = Path(__file__).parents[2]


def texts(tree: ast.AST) -> Iterator[str]:
    """Texts of a module; the holes of f-strings become ``*``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


def recorded() -> set[str]:
    """First texts given to ``record(…)`` and to the packages' own short hands of it."""
    found = set()
    for path in ROOT.glob("*/src/*/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in {"record", "_audit", "_record", "audit"}:
                found |= {text for argument in node.args[:3] for text in texts(argument) if "." in text}
    return {text for text in found if valid_action(text.replace("*", "x"))}


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_what_is_recorded_is_declared(portal: Any) -> None:
    declared = actions_of(portal.registry)
    patterns = {text: re.escape(text).replace(r"\*", "[a-z_]+") for text in recorded()}
    unknown = [text for text, pattern in patterns.items() if not any(re.fullmatch(pattern, name) for name in declared)]
    assert unknown == []


def test_every_declared_action_has_a_sentence_for_the_person(portal: Any) -> None:
    declared = actions_of(portal.registry)
    assert declared
    assert [name for name, sentence in declared.items() if len(sentence) < 5 or not sentence[0].isupper()] == []

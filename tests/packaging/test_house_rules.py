"""What the house asks of its files, wherever a machine can judge it; who may import whom is a test of security."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tests.packaging.sources import DISTRIBUTIONS, ROOT, package, tracked

PYTHON = [path for path in tracked() if path.suffix == ".py"]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_a_file_reads_in_one_sitting_and_says_what_it_is_for(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 400, "longer than 400 lines"
    tree = ast.parse(source)
    if "versions" in path.parts:
        return  # migrations are written by Alembic, one long function each
    assert not tree.body or ast.get_docstring(tree), "the first line does not say what the file is for"
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > 50
    ]
    assert not long, f"functions of more than 50 lines: {', '.join(long)}"


def test_no_file_knows_this_machine_or_an_index() -> None:
    """A path or a registry of somebody's machine in the repository breaks it everywhere else."""
    forbidden = re.compile(
        r"/" + r"work/|/" + r"home/\w|/" + r"root/|pypi\." + r"org|registry\." + r"npmjs|files\." + r"pythonhosted"
    )
    guilty = []
    for path in tracked():
        try:
            source = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures
        guilty += [f"{relative(path)}: {match[0]}" for match in forbidden.finditer(source)]
    assert not guilty


def test_every_template_is_named_so_that_it_is_escaped() -> None:
    """pyramid_jinja2 chooses escaping by nothing else than our settings, so no other kind of template may creep in."""
    known = {".jinja2", ".mako"}  # Alembic's own template of a revision is mako
    folders = [path for name in DISTRIBUTIONS for path in package(name).rglob("templates") if path.is_dir()]
    third_parties = [relative(file) for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert not [file for file in third_parties if Path(file).suffix not in known]

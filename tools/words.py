"""Writes the catalogues of words: a `.pot` a distribution with what forms say from Python, and each `.po` compiled.

Forms say plain French; a catalogue replaces a sentence by another (README, « what you may replace »). A test compares.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
DISTRIBUTIONS = ("esea_auth_plugin", "oru_espace_pro_plugin")
#: Arguments of nodes and widgets that people read.
_KEYWORDS = {"title", "help", "cancel"}
_CALLS = {"Invalid": 1, "_": 0, "N_": 0, "beside": 2}


#: The same source makes the same file, whenever it is compiled.
_NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def source(name: str) -> Path:
    """Return the folder of a distribution's package."""
    return ROOT / name / "src" / name


def said(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, sentence) of what a module's forms say."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        wanted: list[ast.expr] = [each.value for each in node.keywords if each.arg in _KEYWORDS and _is_node(called)]
        place = _CALLS.get(called)
        if place is not None and len(node.args) > place:
            wanted.append(node.args[place])
        for each in wanted:
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and any(map(str.isalpha, each.value)):
                yield each.lineno, each.value


def _is_node(called: str) -> bool:
    return called.endswith("Node")


def template(name: str) -> bytes:
    """Return the `.pot` of a distribution; without dates, so that it changes only with the words."""
    catalogue = Catalog(project=name, charset="utf-8", domain=name, fuzzy=False)
    for path in sorted(source(name).rglob("*.py")):
        where = path.relative_to(source(name)).as_posix()
        for _, sentence in said(ast.parse(path.read_text(encoding="utf-8"))):
            catalogue.add(sentence, locations=[(where, 0)])
    out = io.BytesIO()
    write_po(out, catalogue, omit_header=True, sort_output=True, include_lineno=False, width=120)
    return out.getvalue()


def compiled(path: Path) -> bytes:
    """Return the `.mo` of a `.po`."""
    out = io.BytesIO()
    with path.open("rb") as stream:
        catalogue = read_po(stream, domain=path.stem)
    catalogue.creation_date = catalogue.revision_date = _NO_DAY
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> int:
    """Write them all."""
    for name in DISTRIBUTIONS:
        folder = source(name) / "locale"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.pot").write_bytes(template(name))
        for path in sorted(folder.rglob("*.po")):
            path.with_suffix(".mo").write_bytes(compiled(path))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Reads the code samples of the documentation, and makes the distributions that they describe."""

from __future__ import annotations

import configparser
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>`{3,})(?:\{code-block\} )?(?P<language>[\w+-]*)\n(?P<body>.*?)^(?P=indent)(?P=ticks)$",
    re.MULTILINE | re.DOTALL,
)
_CAPTION = re.compile(r"\A:caption: (?P<path>\S+)\n\n?")


@dataclass(frozen=True)
class Sample:
    """A code block of a page. :ivar path: the file that its caption names, ``""`` without a caption."""

    page: str
    language: str
    text: str
    path: str = ""


def pages() -> list[str]:
    """Return the names of the pages, relative to ``docs/``."""
    return sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def samples(page: str, language: str = "") -> list[Sample]:
    """Return the code blocks of a page in their order, those of one language if it is given."""
    found = []
    for match in _FENCE.finditer((DOCS / page).read_text(encoding="utf-8")):
        body = re.sub(rf"^{match['indent']}", "", match["body"], flags=re.MULTILINE)
        caption = _CAPTION.match(body)
        path = caption["path"] if caption else ""
        text = body[caption.end() :] if caption else body
        found.append(Sample(page, match["language"], text, path))
    return [sample for sample in found if not language or sample.language == language]


def write_files(page: str, folder: Path) -> list[str]:
    """Write every file that the captions of a page name, as its reader does; return their paths."""
    files = [sample for sample in samples(page) if sample.path]
    assert files, f"no sample of {page} names a file"
    for sample in files:
        target = folder / sample.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(sample.text, encoding="utf-8")
    return [sample.path for sample in files]


def install(folder: Path) -> None:
    """Put the metadata of the distribution in ``folder`` beside it, as ``pip install --editable`` would."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    metadata = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8"
    )
    lines = []
    for group, points in project.get("entry-points", {}).items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (metadata / "entry_points.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")


def settings_of(text: str) -> dict[str, str]:
    """Return the settings of an ini sample, which may leave its section out."""
    parser = configparser.RawConfigParser(delimiters=("=",))
    parser.read_string(text if "[app:main]" in text else f"[app:main]\n{text}")
    return {key: value for key, value in parser["app:main"].items() if key != "use"}

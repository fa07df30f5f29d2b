"""Reads the lines of ``services.ini`` into sections that remember their line numbers.

``configparser`` forgets where a key stood, and an operator who mistyped one of forty dates needs the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import Problem

_SECTION = re.compile(r"\[([^\[\]]+)\]")
_PAIR = re.compile(r"([^=\s][^=]*?)\s*=\s*(.*)")


@dataclass(frozen=True, slots=True)
class Line:
    """The value of one key and where it was written."""

    value: str
    number: int


@dataclass(slots=True)
class Section:
    """One ``[name]`` and its keys."""

    name: str
    number: int
    keys: dict[str, Line] = field(default_factory=dict)


def read_sections(text: str, where: str) -> tuple[list[Section], list[Problem]]:
    """Return the sections of a file and every line that can't be read.

    :param where: the file's name, for the problems.
    """
    sections: list[Section] = []
    problems: list[Problem] = []
    for number, line in _logical_lines(text):
        place = f"{where}, line {number}"
        title, pair = _SECTION.fullmatch(line), _PAIR.fullmatch(line)
        if title is not None:
            name = title[1].strip()
            if any(section.name == name for section in sections):
                problems.append(Problem(f"[{name}]", place, "is there twice", "merge both sections"))
            sections.append(Section(name, number))
        elif pair is None:
            problems.append(Problem("services.ini", place, "is neither a section nor `key = value`", "repair the line"))
        elif not sections:
            problems.append(Problem(pair[1], place, "stands before the first section", "move it under its [service]"))
        elif pair[1] in sections[-1].keys:
            problems.append(Problem(f"[{sections[-1].name}] {pair[1]}", place, "is there twice", "keep one"))
        else:
            sections[-1].keys[pair[1]] = Line(pair[2].strip(), number)
    return sections, problems


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (number, line): comments and empty lines left out, indented lines joined to the one above."""
    current: tuple[int, str] | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        if raw[0].isspace() and current is not None and not line.startswith("["):
            current = (current[0], f"{current[1]} {line}".strip())
            continue
        if current is not None:
            yield current
        current = (number, line)
    if current is not None:
        yield current

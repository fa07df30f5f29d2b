"""Reads Apache's configuration: lines, sections, includes, definitions and macros."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .nginx_config import Directive, Unreadable

_SECTION = re.compile(r"<(/?)(\w+)\s*([^>]*)>\s*$")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
#: Sections that hold what applies wherever they stand.
_TRANSPARENT = {"ifmodule", "ifdefine", "ifversion"}


@dataclass(slots=True)
class _Macro:
    parameters: tuple[str, ...]
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Reading:
    """What was defined so far, and how deep the includes are."""

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    macros: dict[str, _Macro] = field(default_factory=dict)
    depth: int = 0


def read(main: Path) -> Directive:
    """Return the whole configuration as one block named ``main``.

    :raises Unreadable: a file is missing or is not Apache's.
    """
    reading = _Reading(main.parent)
    lines = iter(_lines(main))
    return Directive("main", (), main, 1, tuple(_block(lines, main, reading, "")))


def hosts(main: Directive) -> Iterator[Directive]:
    """Yield every ``<VirtualHost>``."""
    yield from (each for each in main.inside if each.name == "virtualhost")


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    return text.replace("\\\n", " ").split("\n")


def _block(lines: Iterator[str], file: Path, reading: _Reading, end: str) -> Iterator[Directive]:
    for number, raw in enumerate(lines, 1):
        line = _VARIABLE.sub(lambda found: reading.variables.get(found[1], found[0]), raw.strip())
        if not line or line.startswith("#"):
            continue
        section = _SECTION.match(line)
        if section is None:
            yield from _plain(line, file, number, reading)
            continue
        closing, name, rest = section[1], section[2].lower(), section[3]
        if closing:
            if name != end:
                raise Unreadable(f"{file}: </{section[2]}> closes nothing")
            return
        if name == "macro":
            _keep(lines, rest, reading)
        elif name in _TRANSPARENT:
            yield from _block(lines, file, reading, name)
        else:
            inside = tuple(_block(lines, file, reading, name))
            yield Directive(name, tuple(_words(rest)), file, number, inside)
    if end:
        raise Unreadable(f"{file}: <{end}> is never closed")


def _plain(line: str, file: Path, number: int, reading: _Reading) -> Iterator[Directive]:
    words = _words(line)
    name, arguments = words[0].lower(), tuple(words[1:])
    if name == "define" and arguments:
        reading.variables[arguments[0]] = arguments[1] if len(arguments) > 1 else ""
    elif name in {"include", "includeoptional"} and arguments:
        yield from _included(arguments[0], reading, optional=name == "includeoptional")
    elif name == "use" and arguments:
        yield from _used(arguments, file, reading)
    else:
        if name == "serverroot" and arguments:
            reading.root = Path(arguments[0])
        yield Directive(name, arguments, file, number)


def _included(pattern: str, reading: _Reading, *, optional: bool) -> Iterator[Directive]:
    if reading.depth > 10:
        raise Unreadable(f"{pattern}: includes itself")
    path = Path(pattern) if pattern.startswith("/") else reading.root / pattern
    found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    if not found and not optional and not re.search(r"[*?\[]", pattern):
        raise Unreadable(f"{path} is included and missing")
    reading.depth += 1
    for each in found:
        if each.is_file():
            yield from _block(iter(_lines(each)), each, reading, "")
    reading.depth -= 1


def _keep(lines: Iterator[str], head: str, reading: _Reading) -> None:
    name, *parameters = head.split()
    macro = reading.macros[name.lower()] = _Macro(tuple(parameters))
    for line in lines:
        if line.strip().lower().startswith("</macro"):
            return
        macro.lines.append(line)


def _used(arguments: Sequence[str], file: Path, reading: _Reading) -> Iterator[Directive]:
    macro = reading.macros.get(arguments[0].lower())
    if macro is None or reading.depth > 10:
        raise Unreadable(f"{file}: Use {arguments[0]}: no such macro")
    lines = macro.lines
    for parameter, value in zip(macro.parameters, arguments[1:], strict=False):
        lines = [line.replace(parameter, value) for line in lines]
    reading.depth += 1
    yield from _block(iter(lines), file, reading, "")
    reading.depth -= 1


def _words(line: str) -> list[str]:
    reader = shlex.shlex(line, posix=True)
    reader.whitespace_split, reader.commenters, reader.escapedquotes, reader.quotes = True, "", '"', '"'
    try:
        return list(reader)
    except ValueError:
        return line.split()

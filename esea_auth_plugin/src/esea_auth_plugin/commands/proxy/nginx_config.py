"""Reads nginx's configuration as nginx does: words, blocks, includes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: A comment, a quoted word, a sign of its own, or a word; white space lies between.
_TOKEN = re.compile(
    r"""#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([;{}])|((?:\$\{[^}]*\}|[^\s;{}])+)""", re.DOTALL
)


class Unreadable(Exception):
    """The configuration can't be read; the message names the file and why."""


@dataclass(frozen=True, slots=True)
class Directive:
    """``name arguments;`` or ``name arguments { inside }``; includes stand as what they include.

    :ivar file: where it is written.
    """

    name: str
    arguments: tuple[str, ...]
    file: Path
    line: int
    inside: tuple[Directive, ...] = ()

    @property
    def value(self) -> str:
        """Its first argument, ``""`` without one."""
        return self.arguments[0] if self.arguments else ""

    @property
    def place(self) -> str:
        """File and line, for messages."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Scope:
    """A block as a request meets it: its own directives, then those of the blocks around it."""

    block: Directive
    around: Scope | None = None

    def all(self, name: str) -> tuple[Directive, ...]:
        """Return the directives of this name in the nearest block that has any: nginx merges none of them."""
        own = tuple(each for each in self.block.inside if each.name == name)
        return own or (self.around.all(name) if self.around is not None else ())

    def last(self, name: str, default: str = "") -> str:
        """Return the first argument of the directive in force."""
        found = self.all(name)
        return found[-1].value if found else default

    def below(self) -> Iterator[Scope]:
        """Yield the blocks inside this one in which a request can end: locations, and ``if`` in them."""
        for each in self.block.inside:
            if each.name in {"location", "if", "limit_except"}:
                inner = Scope(each, self)
                yield inner
                yield from inner.below()


@dataclass(slots=True)
class _Reading:
    """Where the reader is in one file."""

    file: Path
    tokens: list[tuple[str, int, bool]] = field(default_factory=list)
    at: int = 0


def read(main: Path) -> Directive:
    """Return the whole configuration as one block named ``main``.

    :raises Unreadable: a file is missing or is not nginx's.
    """
    return Directive("main", (), main, 1, tuple(_file(main, main.parent, 0)))


def servers(main: Directive) -> Iterator[Scope]:
    """Yield every ``server`` of the ``http`` block; a file that holds servers alone (conf.d) will do as well."""
    top = Scope(main)
    for each in main.inside:
        if each.name == "http":
            http = Scope(each, top)
            yield from (Scope(server, http) for server in each.inside if server.name == "server")
        elif each.name == "server":
            yield Scope(each, top)


def _file(path: Path, root: Path, depth: int) -> Iterator[Directive]:
    if depth > 10:
        raise Unreadable(f"{path}: includes itself")
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    reading = _Reading(path)
    for found in _TOKEN.finditer(text):
        word = found[0]
        if word.startswith("#"):
            continue
        quoted = found[1] if found[1] is not None else found[2]
        line = text.count("\n", 0, found.start()) + 1
        reading.tokens.append((word if quoted is None else quoted, line, quoted is not None))
    yield from _block(reading, root, depth, top=True)


def _block(reading: _Reading, root: Path, depth: int, *, top: bool) -> Iterator[Directive]:
    words: list[str] = []
    begun = 0
    while reading.at < len(reading.tokens):
        word, line, quoted = reading.tokens[reading.at]
        reading.at += 1
        if quoted or word not in {";", "{", "}"}:
            words.append(word)
            begun = begun or line
            continue
        if word == "}":
            if top or words:
                raise Unreadable(f"{reading.file}:{line}: « }} » where none may be")
            return
        if not words:
            raise Unreadable(f"{reading.file}:{line}: « {word} » where a directive should be")
        name, arguments = words[0], tuple(words[1:])
        if word == "{":
            inside = tuple(_block(reading, root, depth, top=False))
            yield Directive(name, arguments, reading.file, begun, inside)
        elif name == "include" and arguments:
            yield from _included(arguments[0], root, depth, f"{reading.file}:{begun}")
        else:
            yield Directive(name, arguments, reading.file, begun)
        words, begun = [], 0
    if words or not top:
        raise Unreadable(f"{reading.file}: ends in the middle of a directive")


def _included(pattern: str, root: Path, depth: int, place: str) -> Iterator[Directive]:
    path = Path(pattern) if pattern.startswith("/") else root / pattern
    if not re.search(r"[*?\[]", pattern):
        if not path.exists():
            raise Unreadable(f"{place}: includes {path}, which is missing")
        yield from _file(path, root, depth + 1)
        return
    for found in sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor)))):
        yield from _file(found, root, depth + 1)

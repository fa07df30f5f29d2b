"""Reads an nginx configuration: crossplane parses each file; includes and inheritance between levels are added here.

The module ``crossplane`` comes from the distribution ``ngxparse`` (extra ``doctor``). What it does not do stands here:

- Includes. Its own handling has no limit on size, opens pipes and devices, and recurses without end in a loop.
- Refusing a directive without ``;``, as nginx does: it takes the ``}`` or the end of the file for the missing sign.
- Inheritance: which directive is in force inside a block (:class:`Block`).
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

from .config_tree import MAX_BYTES, ConfigReadError, Directive, read_config_file

#: Blocks within blocks, and files included by files. nginx's own contexts are six deep.
_MAX_DEPTH = 32


class _Statement(TypedDict):
    """A directive as crossplane returns it."""

    directive: str
    line: int
    args: list[str]
    block: NotRequired[list[_Statement]]


@dataclass(frozen=True, slots=True)
class Block:
    """A block together with the blocks around it, from which it inherits."""

    directive: Directive
    parent: Block | None = None

    def directives(self, name: str) -> tuple[Directive, ...]:
        """Return the directives of this name in force: those of the nearest block that has any, nginx merges none."""
        own = tuple(each for each in self.directive.children if each.name == name)
        return own or (self.parent.directives(name) if self.parent is not None else ())

    def value(self, name: str, default: str = "") -> str:
        """Return the first argument of the directive in force."""
        found = self.directives(name)
        return found[-1].value if found else default

    def nested(self) -> Iterator[Block]:
        """Yield the blocks inside this one that may answer a request: locations, and conditions inside them."""
        for each in self.directive.children:
            if each.name in {"location", "if", "limit_except"}:
                inner = Block(each, self)
                yield inner
                yield from inner.nested()


def read_nginx(main: Path, limit: int = MAX_BYTES) -> Directive:
    """Return the whole configuration as one block named ``main``.

    :param limit: size of all its files together, in characters; a file counts as often as it is included.
    :raises ConfigReadError: a file cannot be read or is not valid, or the parser is not installed.
    """
    return Directive("main", (), main, 1, tuple(_Reader(main.parent, limit, limit).file(main)))


def servers(main: Directive) -> Iterator[Block]:
    """Yield every ``server`` of the ``http`` block, or of a file that holds servers only (``conf.d``)."""
    top = Block(main)
    for each in main.children:
        if each.name == "http":
            http = Block(each, top)
            yield from (Block(server, http) for server in each.children if server.name == "server")
        elif each.name == "server":
            yield Block(each, top)


@dataclass(slots=True)
class _Reader:
    """Reads one configuration; ``remaining`` bounds the text of all its files together."""

    root: Path
    limit: int
    remaining: int

    def file(self, path: Path, including: tuple[Path, ...] = (), source: str = "") -> Iterator[Directive]:
        """Yield the directives of a file.

        :param including: the files whose includes led to it. :param source: the last of these includes, for messages.
        """
        try:
            text = read_config_file(path)
        except ConfigReadError as error:
            raise ConfigReadError(f"{error}{source}") from error
        self.remaining -= len(text)
        if self.remaining < 0:
            raise ConfigReadError(
                f"{path}: the configuration with its includes is larger than {self.limit:,} characters"
            )
        yield from self._directives(_parse(text, path), path, (*including, path))

    def _directives(
        self, statements: Sequence[_Statement], path: Path, including: tuple[Path, ...]
    ) -> Iterator[Directive]:
        for each in statements:
            name, arguments, line = each["directive"], tuple(each["args"]), each["line"]
            if name == "include":
                yield from self._include(arguments, f"{path}:{line}", including)
            else:
                children = tuple(self._directives(each.get("block", ()), path, including))
                yield Directive(name, arguments, path, line, children)

    def _include(self, arguments: tuple[str, ...], source: str, including: tuple[Path, ...]) -> Iterator[Directive]:
        if len(arguments) != 1:
            raise ConfigReadError(f"{source}: include takes one file name")
        pattern = str(self.root / arguments[0])
        # Unlike Path.glob, glob() leaves hidden files out, as nginx does.
        found = sorted(glob.glob(pattern)) if glob.has_magic(pattern) else [pattern]  # noqa: PTH207
        for path in map(Path, found):
            if path in including:
                raise ConfigReadError(f"{source}: {path} includes itself")
            if len(including) >= _MAX_DEPTH:
                raise ConfigReadError(f"{source}: more than {_MAX_DEPTH} files include each other")
            yield from self.file(path, including, f" (included in {source})")


def _parse(text: str, path: Path) -> list[_Statement]:
    try:
        # NGINX's own distribution « crossplane » has the same module name and no parse_string.
        from crossplane import lex_string, parse_string
        from crossplane.errors import NgxParserBaseException
    except ImportError as error:
        raise ConfigReadError(
            f"{path}: the parser of nginx's configuration is missing: pip install 'esea-auth-plugin[doctor]'"
        ) from error
    if text.startswith("\ufeff"):
        raise ConfigReadError(f"{path}: begins with a byte order mark, which nginx refuses: save it without")
    try:
        _check_punctuation(lex_string(text, filename=str(path)), path)
    except NgxParserBaseException as error:
        raise ConfigReadError(f"{path}:{error.lineno}: {error.strerror}") from error
    payload = parse_string(text, filename=str(path), single=True, check_ctx=False, check_args=False)
    for problem in payload["errors"]:
        raise ConfigReadError(f"{path}: {problem['error']}")
    parsed: list[_Statement] = payload["config"][0]["parsed"]
    return parsed


def _check_punctuation(tokens: Iterator[tuple[str, int, bool]], path: Path) -> None:
    """Refuse a directive without an end, and a ``;`` or a block without a directive."""
    previous, depth = ";", 0
    for token, line, quoted in tokens:
        if not quoted and token.startswith("#"):
            continue
        sign = token if not quoted and token in {";", "{", "}"} else "word"
        if sign == "}" and previous == "word":
            raise ConfigReadError(f"{path}:{line}: « }} » after a directive that no « ; » ends")
        if sign in {";", "{"} and previous != "word":
            raise ConfigReadError(f"{path}:{line}: « {token} » where a directive should be")
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth > _MAX_DEPTH:
            raise ConfigReadError(f"{path}:{line}: blocks are nested more than {_MAX_DEPTH} deep")
        previous = sign
    if previous == "word":
        raise ConfigReadError(f"{path}: ends in the middle of a directive")

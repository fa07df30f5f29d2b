"""Reads an Apache configuration as Apache itself resolves it: the output of ``httpd -t -D DUMP_CONFIG``.

In that output, includes, macros, ``Define``, continuation lines and ``<IfModule>``, ``<IfDefine>`` and ``<IfVersion>``
are already resolved; comments name the file and the line of each directive. ``DUMP_VHOSTS``, ``DUMP_MODULES``,
``DUMP_INCLUDES`` and ``DUMP_RUN_CFG`` tell no directive inside a virtual host, hence nothing that the rules need.

mod_info writes the output. It is shipped with Apache and rarely enabled: ``-C`` loads it for this one process.
``-t`` opens no port and starts no log program. It needs the right to read what the configuration names.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .config_tree import ConfigReadError, Directive

#: Debian's ``apache2ctl`` sets the variables that its configuration uses; elsewhere the server itself takes options.
_PROGRAMS = ("apache2ctl", "httpd", "apache2", "apachectl")
_PROGRAM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/usr/local/apache2/bin"
_MODULES = (
    "/usr/lib/apache2/modules",
    "/usr/lib64/httpd/modules",
    "/usr/lib/httpd/modules",
    "/usr/local/apache2/modules",
)
_MAX_NESTED_INCLUDES = 32
#: Seconds that Apache may take for reading its configuration.
_TIMEOUT = 60

_FILE = re.compile(r"# In file: (.*)")
_MACRO = re.compile(r"macro '.*?' \(defined on line (\d+) of \"(.*?)\"\)")
_LINE = re.compile(r"#\s*(\d+):")
_SECTION = re.compile(r"<(\w+)\s*(.*)>")
_WORD = re.compile(r"""(")((?:\\.|[^"\\])*)"|(')((?:\\.|[^'\\])*)'|(\S+)""")


@dataclass(slots=True)
class _Position:
    """File and line of the directive that follows; lines of a macro count from its definition."""

    file: Path
    line: int = 1
    offset: int = 0

    def moved(self, comment: str) -> bool:
        """Follow a comment of the output; tell whether it was one."""
        if number := _LINE.fullmatch(comment):
            self.line = self.offset + int(number[1])
        elif (name := _FILE.fullmatch(comment)) and (macro := _MACRO.match(name[1])):
            self.file, self.offset = Path(macro[2]), int(macro[1])
        elif name:
            self.file, self.offset = Path(name[1]), 0
        return comment.startswith("#")


def read_apache(main: Path) -> Directive:
    """Return the whole configuration as one section named ``main``; all names are in lower case.

    :raises ConfigReadError: Apache is not installed here, or refuses the configuration.
    """
    lines = (line.strip() for line in _dump(main).split("\n"))
    try:
        return Directive("main", (), main, 1, tuple(_section(lines, _Position(main))))
    except RecursionError as error:
        raise ConfigReadError(f"{main}: sections are nested too deeply") from error


def virtual_hosts(main: Directive) -> Iterator[Directive]:
    """Yield every ``<VirtualHost>``."""
    yield from (each for each in main.children if each.name == "virtualhost")


def _dump(main: Path) -> str:
    program = next(filter(None, (shutil.which(name, path=_PROGRAM_PATH) for name in _PROGRAMS)), None)
    if program is None:
        raise ConfigReadError(f"{main}: Apache is not on this machine, and only Apache reads its configuration")
    command = [program, "-t", "-D", "DUMP_CONFIG", "-f", str(main.absolute())]
    for module in (Path(folder, "mod_info.so") for folder in _MODULES):
        if module.exists():
            command += ["-C", f"LoadModule info_module {module}"]
            break
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False)  # noqa: S603 - no shell
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigReadError(f"{main}: {program} gave no answer ({error})") from error
    if done.returncode:
        raise ConfigReadError(f"{main}: Apache refuses it: {_reason(done.stderr.decode('utf-8', 'replace'))}")
    # apache2ctl may say something of its own first.
    _, start, output = done.stdout.decode("utf-8", "replace").partition("# In file: ")
    if not start:
        raise ConfigReadError(f"{main}: Apache shows its configuration through mod_info, which is not on this machine")
    return start + output


def _reason(errors: str) -> str:
    """Return one line of Apache's messages: without warnings, and the innermost of nested includes only."""
    said = " ".join(line for line in errors.splitlines() if not line.startswith("["))
    _, *nested = said.split("Syntax error on line ")
    if len(nested) > _MAX_NESTED_INCLUDES:
        # Apache gives up after 128 levels, and its message is cut off before the reason.
        return f"files include each other, see line {nested[0].strip(' :')}"
    return (f"syntax error on line {nested[-1]}" if nested else said)[:500] or "no reason given"


def _section(lines: Iterator[str], position: _Position) -> Iterator[Directive]:
    for line in lines:
        if not line or position.moved(line):
            continue
        if line.startswith("</"):
            return
        file, number = position.file, position.line
        if section := _SECTION.fullmatch(line):
            name, arguments, children = section[1], section[2], tuple(_section(lines, position))
        else:
            name, _, arguments = line.partition(" ")
            children = ()
        yield Directive(name.lower(), _words(arguments), file, number, children)


def _words(arguments: str) -> tuple[str, ...]:
    """Split as Apache does: a backslash escapes itself and the quote that encloses it."""
    return tuple(
        re.sub(rf"\\([\\{quote}])", r"\1", text) if quote else found[5]
        for found in _WORD.finditer(arguments)
        for quote, text in [(found[1] or found[3], found[2] if found[1] else found[4])]
    )

"""Writes the reference of the ``esea-admin`` command line from its argument parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator


def command_line() -> str:
    """Return the Markdown of every command and its options."""
    from esea_auth_plugin.commands.line import parser

    found = parser()
    return "\n".join(_commands(found, level=2))


def _commands(parser: argparse.ArgumentParser, level: int) -> Iterator[str]:
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for name, command in action.choices.items():
            yield from _command(name, command, helps.get(name, ""), level)


def _command(name: str, command: argparse.ArgumentParser, help_text: str, level: int) -> Iterator[str]:
    usage = " ".join(command.format_usage().removeprefix("usage: ").split())
    sentence = f"{help_text[:1].upper()}{help_text[1:].rstrip('.')}." if help_text else ""
    yield from (f"{'#' * level} `{command.prog.removeprefix('esea-admin CONFIG ')}`", "", sentence, "")
    yield from ("```text", usage, "```", "")
    options = [action for action in command._actions if _is_listed(action)]
    if options:
        yield from ("| argument | effect |", "|---|---|")
        for action in options:
            effect = (action.help or "").replace("%(default)s", str(action.default)).replace("|", "\\|")
            yield f"| `{_written(action)}` | {effect} |"
        yield ""
    yield from _commands(command, level + 1)


def _is_listed(action: argparse.Action) -> bool:
    return not isinstance(action, argparse._SubParsersAction | argparse._HelpAction)


def _written(action: argparse.Action) -> str:
    value = action.metavar or action.dest.upper()
    written = " ".join(value) if isinstance(value, tuple) else str(value)
    if not action.option_strings:
        return written
    name = ", ".join(action.option_strings)
    return name if action.nargs == 0 else f"{name} {written}"

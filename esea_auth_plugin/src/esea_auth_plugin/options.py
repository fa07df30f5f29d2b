"""Reads a frozen dataclass from ini settings: typed, unknown keys refused, all problems at once.

Values are never shown, since a mistyped key may hold a secret.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, field, fields
from typing import Any, TypeVar, cast

from .errors import Problem
from .values import SECRETS, BadValue, Parser, check_chosen, check_secret_file, text

T = TypeVar("T")


def option(default: object = MISSING, *, parse: Parser = text, doc: str) -> Any:
    """Declare a setting as a dataclass field.

    :param default: value when the key is absent; without one the key must be given.
    :param parse: turns the ini text into the value, or raises :class:`~esea_auth_plugin.values.BadValue`.
    :param doc: effect of the setting, for ``config/README.md``.
    """
    metadata = {"parse": parse, "doc": doc}
    if default is MISSING:
        return field(metadata=metadata, kw_only=True)
    if isinstance(default, dict | list | set):
        return field(default_factory=lambda: type(default)(default), metadata=metadata, kw_only=True)
    return field(default=default, metadata=metadata, kw_only=True)


def read(cls: type[T], settings: Mapping[str, object], prefix: str, *, where: str, env: str) -> tuple[T, list[Problem]]:
    """Return the settings under ``prefix`` and what is wrong with them.

    With problems the object holds defaults (or ``""``) in their place, so that the other plugins can be read and
    their problems told too; the start stops before anything uses it.

    :param where: the ini file, for messages. :param env: ``portal.env``: sample values pass only in development.
    """
    declared = {item.name: item for item in fields(cast(Any, cls)) if "parse" in item.metadata}
    # A dot in the rest belongs to a section below this one, whose package reads it (`unread` finds those of nobody).
    problems = [
        Problem(key, where, "is not a setting", _closest(key, prefix, declared))
        for key in settings
        if key.startswith(prefix) and (rest := key.removeprefix(prefix)) not in declared and "." not in rest
    ]
    values: dict[str, object] = {}
    for name, item in declared.items():
        key = prefix + name
        if key not in settings:
            if item.default is MISSING and item.default_factory is MISSING:
                problems.append(Problem(key, where, "is missing", f"add `{key} = …`: {item.metadata['doc']}"))
                values[name] = ""
            continue
        try:
            values[name] = _parsed(item.metadata["parse"], settings[key], env)
        except BadValue as bad:
            problems.append(Problem(key, where, bad.cause, bad.cure))
            if item.default is MISSING and item.default_factory is MISSING:
                values[name] = ""
    return cls(**values), problems


def unread(settings: Mapping[str, object], prefixes: Collection[str], *, where: str) -> list[Problem]:
    """Return a problem for each key that lies below a section (``esea_auth.``) and that no section of its own read."""
    return [
        Problem(key, where, "is not a setting", "remove it (config/README.md lists the settings)")
        for key in settings
        if any(key.startswith(prefix) and "." in key.removeprefix(prefix) for prefix in prefixes)
        and key[: key.rindex(".") + 1] not in prefixes
    ]


def _parsed(parse: Parser, value: object, env: str) -> Any:
    if not isinstance(value, str):
        return value  # a host that configures in code passes the value itself
    parsed = parse(value.strip())
    if env in {"development", "test"}:
        return parsed
    if parse in SECRETS:
        check_secret_file(value.strip())
        check_chosen(str(parsed))
    if isinstance(parsed, str) and "EXEMPLE-A-CHANGER" in parsed:
        raise BadValue("holds a sample secret", "make your own; samples work only with portal.env = development")
    return parsed


def _closest(key: str, prefix: str, declared: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(key.removeprefix(prefix), declared, n=1)
    return f"did you mean `{prefix}{near[0]}`?" if near else "remove it (config/README.md lists the settings)"

"""Letters: named folders of three templates, ``subject.txt.jinja2``, ``text.txt.jinja2`` and ``html.jinja2``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


class UnknownLetter(LookupError):
    """No room declared a letter of this name."""


def add_letter(config: Any, name: str, folder: str) -> None:
    """Directive ``config.add_letter('room.letter', 'package:room/letters/letter')``.

    A host changes a letter by declaring its name again, or by overriding its templates as assets.
    """
    introspectable = config.introspectable("esea letters", name, folder, "letter")
    config.action(
        ("esea-letter", name),
        lambda: _letters(config.registry).__setitem__(name, folder),
        introspectables=(introspectable,),
    )


def letters_of(registry: Any) -> Mapping[str, str]:
    """Return the declared letters: name and folder (an asset specification)."""
    return _letters(registry)


def folder_of(registry: Any, name: str) -> str:
    """Return the folder of a letter; :class:`UnknownLetter` names those there are."""
    try:
        return _letters(registry)[name]
    except KeyError:
        known = ", ".join(sorted(_letters(registry))) or "none"
        raise UnknownLetter(f"no letter {name}; known: {known}") from None


def _letters(registry: Any) -> dict[str, str]:
    found = getattr(registry, "_esea_letters", None)
    if found is None:
        found = registry._esea_letters = {}
    return cast(dict[str, str], found)

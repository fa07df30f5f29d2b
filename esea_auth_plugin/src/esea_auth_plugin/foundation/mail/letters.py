"""Letters: named folders of three templates, ``subject.txt.jinja2``, ``text.txt.jinja2`` and ``html.jinja2``."""

from __future__ import annotations

from collections.abc import Mapping

from ...pyramid_types import Configurator, Registry, RegistryStore


class UnknownLetter(LookupError):
    """No room declared a letter of this name."""


def add_letter(config: Configurator, name: str, folder: str, *, proves_mailbox: bool = False) -> None:
    """Directive ``config.add_letter('room.letter', 'package:room/letters/letter')``.

    A host changes a letter by declaring its name again, or by overriding its templates as assets.

    :param proves_mailbox: it carries what proves its address anew, so it goes to one that is not believed as well.
    """
    introspectable = config.introspectable("esea letters", name, folder, "letter")
    config.action(
        ("esea-letter", name),
        lambda: _declare(config.registry, name, folder, proves_mailbox),
        introspectables=(introspectable,),
    )


def letters_of(registry: Registry) -> Mapping[str, str]:
    """Return the declared letters: name and folder (an asset specification)."""
    return _letters(registry)


def proves_mailbox(registry: Registry, name: str) -> bool:
    """Tell whether a letter goes to an address that is not believed, too: it is what would prove it."""
    return name in _letters(registry).proving


def folder_of(registry: Registry, name: str) -> str:
    """Return the folder of a letter; :class:`UnknownLetter` names those there are."""
    try:
        return _letters(registry)[name]
    except KeyError:
        known = ", ".join(sorted(_letters(registry))) or "none"
        raise UnknownLetter(f"no letter {name}; known: {known}") from None


class _Letters(dict[str, str]):
    """Letters and their folders; ``proving``: names of those that prove the address they go to."""

    def __init__(self) -> None:
        super().__init__()
        self.proving: set[str] = set()


def _declare(registry: Registry, name: str, folder: str, proves: bool) -> None:
    letters = _letters(registry)
    letters[name] = folder
    (letters.proving.add if proves else letters.proving.discard)(name)


_letters = RegistryStore("esea.letters", _Letters)

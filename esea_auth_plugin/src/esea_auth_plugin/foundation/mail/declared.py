"""Emails: named folders of three templates, ``subject.txt.jinja2``, ``text.txt.jinja2`` and ``html.jinja2``."""

from __future__ import annotations

from collections.abc import Mapping

from ...pyramid_types import Configurator, Registry, RegistryStore


class UnknownEmail(LookupError):
    """No package declared a letter of this name."""


def add_email(config: Configurator, name: str, folder: str, *, proves_mailbox: bool = False) -> None:
    """Directive ``config.add_email('package.email', 'package:package/emails/email')``.

    A host changes an email by declaring its name again, or by overriding its templates as assets.

    :param proves_mailbox: it carries what proves its address anew, so it goes to one that is not believed as well.
    """
    introspectable = config.introspectable("esea emails", name, folder, "email")
    config.action(
        ("esea-email", name),
        lambda: _declare(config.registry, name, folder, proves_mailbox),
        introspectables=(introspectable,),
    )


def emails_of(registry: Registry) -> Mapping[str, str]:
    """Return the declared emails: name and folder (an asset specification)."""
    return _emails(registry)


def proves_mailbox(registry: Registry, name: str) -> bool:
    """Tell whether an email goes to an address that is not believed, too: it is what would prove it."""
    return name in _emails(registry).proving


def folder_of(registry: Registry, name: str) -> str:
    """Return the folder of an email; :class:`UnknownEmail` names those there are."""
    try:
        return _emails(registry)[name]
    except KeyError:
        known = ", ".join(sorted(_emails(registry))) or "none"
        raise UnknownEmail(f"no letter {name}; known: {known}") from None


class _Emails(dict[str, str]):
    """Emails and their folders; ``proving``: names of those that prove the address they go to."""

    def __init__(self) -> None:
        super().__init__()
        self.proving: set[str] = set()


def _declare(registry: Registry, name: str, folder: str, proves: bool) -> None:
    emails = _emails(registry)
    emails[name] = folder
    (emails.proving.add if proves else emails.proving.discard)(name)


_emails = RegistryStore("esea.letters", _Emails)

"""The mode « Identifiant - Mot de passe », and the passwords of accounts that other packages set."""

from __future__ import annotations

from ...interfaces import IPasswords
from ...pyramid_types import Configurator
from .service import Passwords

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Publish :class:`IPasswords`."""
    config.add_service(IPasswords, Passwords)

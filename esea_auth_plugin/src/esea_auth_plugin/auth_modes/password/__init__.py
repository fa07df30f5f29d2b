"""The mode « Identifiant - Mot de passe », and the passwords of accounts that other rooms set."""

from __future__ import annotations

from typing import Any

from ...interfaces import IPasswords
from .service import Passwords

__all__ = ["includeme"]


def includeme(config: Any) -> None:
    """Publish :class:`IPasswords`."""
    config.add_service(IPasswords, Passwords)

"""The mode « Code de secours »: one of ten printed codes replaces a lost device, and only lets another one be added."""

from __future__ import annotations

from ...pyramid_types import Configurator
from .mode import LETTER

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Declare the letter and what the trail records of this room."""
    config.add_letter(LETTER, "esea_auth_plugin:auth_modes/recovery_codes/letters/used")
    config.add_audit_action("recovery_codes.used", "Code de secours utilisé")

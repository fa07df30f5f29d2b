"""The mode « Code de secours »: one of ten printed codes replaces a lost device, and only lets another one be added."""

from __future__ import annotations

from ...pyramid_types import Configurator
from .mode import LETTER

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Declare the email and what the trail records of this package."""
    config.add_email(LETTER, "esea_auth_plugin:auth_modes/recovery_codes/emails/used")
    config.add_audit_action("recovery_codes.used", "Code de secours utilisé")

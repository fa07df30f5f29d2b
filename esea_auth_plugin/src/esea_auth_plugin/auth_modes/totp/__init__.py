"""The mode « Application d'authentification »: after the password, the six digits that a telephone shows (RFC 6238)."""

from __future__ import annotations

from ...pyramid_types import Configurator

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Declare what the trail records of this package."""
    config.add_audit_action("totp.clock_drift", "Application d’authentification : décalage d’horloge constaté")

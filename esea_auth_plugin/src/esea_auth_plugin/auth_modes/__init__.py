"""Auth modes: the contract, the registry, and the built-in modes, each in a folder of its own."""

from __future__ import annotations

from ..authentication.registry import add_auth_mode, enabled_names, include_modes
from ..pyramid_types import Configurator

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Add the directive ``add_auth_mode`` and the modes that ``esea_auth.modes`` enables."""
    config.add_directive("add_auth_mode", add_auth_mode)
    # Packages of their own, enabled or not: their tables stand, and recovery needs the password's.
    config.include("esea_auth_plugin.authentication.credentials.suspension")
    config.include(".password")
    config.include(".mail_code")
    config.include("esea_auth_plugin.authentication.attempts.failures")
    config.include(".totp")
    config.include(".recovery_codes")
    config.include(".pro_sante_connect")
    config.include(".cps_card")
    config.include(".passkey")
    config.include(".qr_code")
    include_modes(config, enabled_names(config.registry.settings))

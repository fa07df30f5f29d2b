"""Passkeys: the mode « Clé d'accès », and the signatures that other packages ask for (:class:`IPasskeys`)."""

from __future__ import annotations

from datetime import timedelta

from ...directives import report_problems
from ...interfaces import IPasskeys
from ...pyramid_types import Configurator
from ...services import find
from ...settings import read_section
from .challenges import prune
from .related_views import PATH, ROUTE
from .service import COPIED, Passkeys
from .settings import PREFIX, PasskeySettings, problems

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Read the settings, publish the service."""
    read_section(config, PasskeySettings, PREFIX)

    def check() -> None:
        report_problems(config, problems(config.registry.settings, find(config, PasskeySettings)))

    config.action("esea-passkey-settings", check, order=900)
    config.add_service(IPasskeys, Passkeys)
    config.add_email(COPIED, "esea_auth_plugin:auth_modes/passkey/emails/copied")
    config.add_audit_action("passkey.copied", "Clé d’accès refusée : elle semble avoir été copiée")
    config.add_audit_action("passkey.backup_changed", "Clé d’accès : synchronisation entre appareils changée")
    config.add_route(ROUTE, PATH)
    config.scan(".related_views")
    config.add_job("passkey.prune", prune, every=timedelta(hours=1))

"""« Mes sessions »: the browsers in which one is signed in, ended one by one or all but this one."""

from __future__ import annotations

from ...interfaces import AccountEntry, AccountGroup, IAccountRoot
from ...pyramid_types import Configurator
from .resources import SessionsResource


def includeme(config: Configurator) -> None:
    """Hang the page."""
    config.add_portal_child("sessions", SessionsResource, parent=IAccountRoot)
    config.add_audit_action("session.closed", "Session fermée à distance")
    config.add_audit_action("session.others_closed", "Autres sessions fermées")
    config.add_account_entry(
        AccountEntry(
            "Mes sessions",
            "/compte/sessions",
            AccountGroup.SECURITY,
            "Les navigateurs où vous êtes connecté(e), et comment les déconnecter.",
            order=30,
        )
    )
    config.scan(".views")

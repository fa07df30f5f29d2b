"""« Mon activité »: what the trail holds about the person who is signed in, in words."""

from __future__ import annotations

from ...interfaces import AccountEntry, AccountGroup, IAccountRoot
from ...pyramid_types import Configurator
from .resources import ActivityResource


def includeme(config: Configurator) -> None:
    """Hang the page."""
    config.add_portal_child("activite", ActivityResource, parent=IAccountRoot)
    config.add_account_entry(
        AccountEntry(
            "Mon activité",
            "/compte/activite",
            AccountGroup.DATA,
            "Vos connexions, ce que vous avez fait et ce qui a été fait sur votre compte.",
            order=10,
        )
    )
    config.scan(".views")

"""« Fermer mon compte »: nothing opens at once; thirty days later the profile is erased.

Decisions and traces stay for their stated period (``portal.audit_retention_days``) under a subject that names nobody
any more, then go too (RGPD art. 17; CNIL 2021-122). Within the thirty days the support may open the account again.
"""

from __future__ import annotations

from datetime import timedelta

from ...interfaces import AccountEntry, AccountGroup, IAccountRoot, IClosings
from ...pyramid_types import Configurator
from . import support_views
from .erasing import erase_due, forget_old
from .resources import CloseResource
from .service import Closings

__all__ = ["Closings", "includeme"]

_ACTIONS = {
    "closing.asked": "Fermeture du compte demandée par la personne",
    "closing.cancelled": "Fermeture du compte annulée",
}


def includeme(config: Configurator) -> None:
    """Publish the service, hang the page, declare emails, actions and jobs."""
    config.add_service(IClosings, Closings)
    config.add_portal_child("fermer", CloseResource, parent=IAccountRoot)
    for message in ("closed", "reopened"):
        config.add_email(f"closing.{message}", f"esea_auth_plugin:my_account/closing/emails/{message}")
    config.add_audit_actions(_ACTIONS)
    config.add_account_entry(
        AccountEntry(
            "Fermer mon compte",
            "/compte/fermer",
            AccountGroup.DATA,
            "Vos accès s’arrêtent tout de suite ; vos données sont effacées après 30 jours.",
            order=90,
        )
    )
    config.add_job("closing.erase", erase_due, every=timedelta(hours=1))
    config.add_job("closing.forget", forget_old, every=timedelta(days=1))
    config.add_account_act(support_views.REOPEN)
    config.scan(".views")
    config.scan(".support_views")

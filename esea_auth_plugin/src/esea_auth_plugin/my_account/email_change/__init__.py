"""Changing one's e-mail address: proven by the account's highest level, confirmed at the new one, told at the former.

What each step stops:

- A session left open: asking and confirming both need the highest level that the account owns, ten minutes old at
  most. The former mailbox need not answer: it may be dead, and a card, Pro Santé Connect or a passkey prove more.
- An address mistyped, or somebody else's: nothing changes before six digits come back from there. Whether another
  account has it is told to who reads it, and to nobody else.
- A thief at the highest level: the former address is told, with a link that puts it back for 72 hours and closes every
  session. Nobody may change the address again meanwhile, so that a second change can't outlive the first one's link
  (``accounts/address_changes.py``, for every change by whoever).
- A former mailbox in other hands (a successor, a domain bought back): the link signs nobody in, and mailed codes open
  nothing for a day after it, so that it gives the account to nobody. Links mailed there before the change are dead.
  Where the portal itself found that its domain is in other hands, it is told nothing and may take nothing back.

An address that is not believed any more is confirmed again here as well: by a code, like a new one.
"""

from __future__ import annotations

from ...interfaces import AccountEntry, AccountGroup, IAccountRoot
from ...pyramid_types import Configurator
from ...services import find
from .resources import EmailResource, UndoResource
from .service import CODES, EmailChanges

__all__ = ["EmailChanges", "includeme"]

_ACTIONS = {
    "email_change.asked": "Changement d’adresse électronique demandé",
    "email_change.refused": "Changement d’adresse électronique refusé",
    "email_change.cancelled": "Changement d’adresse électronique annulé depuis l’ancienne adresse",
}


def includeme(config: Configurator) -> None:
    """Publish the service, add the pages, declare emails and actions."""
    config.add_service(EmailChanges, EmailChanges)
    config.add_portal_child("courriel", EmailResource, parent=IAccountRoot)
    config.add_portal_child("adresse-precedente", UndoResource)
    config.add_email("email_change.code", "esea_auth_plugin:my_account/email_change/emails/code", proves_mailbox=True)
    config.add_audit_actions(_ACTIONS)
    config.add_account_entry(
        AccountEntry(
            "Modifier mon adresse électronique",
            "/compte/courriel",
            AccountGroup.IDENTITY,
            "Elle reçoit vos codes et vos alertes ; la nouvelle est confirmée par un code.",
            order=110,
        )
    )
    config.add_revocable(
        "email_change", lambda session, subject, kept: find(config.registry, EmailChanges).forget(session, subject)
    )
    config.add_single_use(CODES)
    config.scan(".views")
    config.scan(".undo_views")

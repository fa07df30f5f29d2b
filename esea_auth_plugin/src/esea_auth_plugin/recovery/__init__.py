"""Recovery under `/connexion/oubli`: password, identifier, mailbox; and changing one's password when signed in."""

from __future__ import annotations

from ..events import DeviceReportedLost, DeviceRevoked
from ..interfaces import IAccountRoot, IPasswordResets, ISignInRoot, Rule
from ..pyramid_types import Configurator
from ..services import find
from .lost_mailbox import LostMailboxKind
from .models import ResetRow
from .resets import RESETS, Resets
from .resources import ForgottenResource, PasswordResource, ResetResource

__all__ = ["includeme"]

_EMAILS = ("reset", "identifier", "lost", "new_mailbox", "refused", "more_asked")
_ACTIONS = {
    "recovery.asked": "Mot de passe oublié : lien demandé",
    "recovery.identifier_asked": "Identifiant oublié : rappel demandé",
    "recovery.factor_proven": "Mot de passe oublié : second facteur prouvé",
    "recovery.done": "Mot de passe remplacé par le lien reçu",
    "recovery.mailbox_lost": "Changement d'adresse demandé au support",
    "recovery.identity_checked": "Identité vérifiée par le support",
    "password.changed": "Mot de passe modifié",
    "password.refused": "Changement de mot de passe refusé",
}


def includeme(config: Configurator) -> None:
    """Hang the places, publish the resets, declare emails, actions and the support's kind of request."""
    registry = config.registry

    def end_proven_links(event: DeviceRevoked | DeviceReportedLost) -> None:
        # What proved itself to the link is gone, and nobody knows in whose hand it was.
        RESETS.revoke_all(registry, event.session, event.subject, ResetRow.factor_at.is_not(None))

    config.add_single_use(RESETS, revocable="reset_link")
    config.add_subscriber(end_proven_links, DeviceRevoked)
    config.add_subscriber(end_proven_links, DeviceReportedLost)
    config.add_portal_child("oubli", ForgottenResource, parent=ISignInRoot)
    config.add_portal_child("reinitialisation", ResetResource, parent=ISignInRoot)
    config.add_portal_child("mot-de-passe", PasswordResource, parent=IAccountRoot)
    config.add_permission_rule("esea.password.view", Rule(service="portail"))
    config.add_permission_rule("esea.password.change", Rule(service="portail"))
    config.add_service(Resets, Resets)
    config.add_service(IPasswordResets, lambda registry: find(registry, Resets))
    for message in _EMAILS:
        folder = f"esea_auth_plugin:recovery/emails/{message}"
        config.add_email(f"recovery.{message}", folder, proves_mailbox=message == "new_mailbox")
    config.add_audit_actions(_ACTIONS)
    config.add_request_kind(LostMailboxKind())
    config.include(".lost_authenticators")
    config.include(".device_replacement")
    config.scan(".forgotten_views")
    config.scan(".reset_views")
    config.scan(".change_views")

"""« J'ai perdu tous mes moyens de connexion »: two reviewers agree, then a mailed link lets a device be added."""

from __future__ import annotations

from ...interfaces import ISignInRoot
from ...pyramid_types import Configurator
from .kind import LostEverythingKind
from .links import LINKS, Links
from .resources import RegainResource

__all__ = ["includeme"]

_EMAILS = ("asked", "link", "agreed", "used", "refused", "more_asked", "support")
_ACTIONS = {
    "lost_everything.asked": "Perte de tous les moyens de connexion signalée",
    "lost_everything.identity_checked": "Identité vérifiée par l’un des deux relecteurs",
    "lost_everything.link_sent": "Lien d’ajout d’un dispositif envoyé",
    "lost_everything.link_used": "Lien d’ajout d’un dispositif utilisé : mot de passe remplacé, dispositifs retirés",
}


def includeme(config: Configurator) -> None:
    """Hang the place of the mailed link, publish the links, declare emails, actions and the support's kind."""
    config.add_single_use(LINKS, revocable="recovery_link")
    config.add_portal_child("retrouver", RegainResource, parent=ISignInRoot)
    config.add_service(Links, Links)
    for message in _EMAILS:
        config.add_email(
            f"lost_everything.{message}", f"esea_auth_plugin:recovery/lost_authenticators/emails/{message}"
        )
    config.add_audit_actions(_ACTIONS)
    config.add_request_kind(LostEverythingKind())
    config.scan(".ask_views")
    config.scan(".link_views")

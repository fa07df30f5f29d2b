"""An identity that another authority proved (card, Pro Santé Connect), and the account that it may be linked to."""

from __future__ import annotations

from ...interfaces import ILinking, IPendingIdentities, ISignInRoot, Rule
from ...pyramid_types import Configurator
from ..credentials.resources import DevicesResource
from .kind import IdentityLinkKind
from .pending import SHOWN, PendingIdentities
from .resources import IdentityResource, LinkResource
from .service import Linking

__all__ = ["includeme"]

EMAILS = ("accepted", "refused", "more_asked")


def includeme(config: Configurator) -> None:
    """Publish the services, add the pages, bring the kind of request."""
    config.add_service(IPendingIdentities, PendingIdentities)
    config.add_single_use(SHOWN)
    config.add_service(ILinking, Linking)
    config.add_audit_action("identity.link_refused", "Liaison d’une identité refusée")
    config.add_audit_action("identity.shown", "Identité lue, liée à aucun compte")
    for message in EMAILS:
        config.add_email(f"linking.{message}", f"esea_auth_plugin:authentication/linking/emails/{message}")
    config.add_permission_rule("esea.support.linking", Rule(role="support"))
    config.add_request_kind(IdentityLinkKind)
    config.add_portal_child("identite", IdentityResource, parent=ISignInRoot)
    config.add_portal_child("lier", LinkResource, parent=DevicesResource)
    config.scan(".views")

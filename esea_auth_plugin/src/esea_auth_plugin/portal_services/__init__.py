"""Business services: the catalogue, who may open what, the requests for access, the review board of the support."""

from __future__ import annotations

from ..accounts.resources import SupportAccountResource
from ..events import AccountActivated, AccountClosed, AccountErased
from ..interfaces import IAccountRoot, IAdhesions, IGrants, ISupportRoot, NavItem, Rule
from ..pyramid_types import Configurator
from .asking import Adhesions, wipe_motives
from .grants import Grants, end_grants_of, restore_grants_of
from .kind import AccessRequestKind
from .resources import MyRequestsResource, RightsResource, ServicesResource
from .rights_acts import GIVE, WITHDRAW
from .tiles import service_tiles

EMAILS = ("received", "accepted", "refused", "more_asked")
RIGHTS_LETTERS = ("given", "withdrawn")
ACTIONS = {
    "grant.given": "Droit d'accès à un service donné",
    "grant.withdrawn": "Droit d'accès à un service retiré",
    "grant.held": "Droits d'accès suspendus, le temps d'un examen",
    "grant.released": "Suspension des droits d'accès levée",
    "service.opened": "Ouverture d'un service",
}
SUPPORT = "esea.support.review"


def includeme(config: Configurator) -> None:
    """Wire the package."""
    config.include(".loading")
    config.add_audit_actions(ACTIONS)
    config.add_service(IGrants, Grants)
    config.add_service(IAdhesions, Adhesions)
    config.add_subscriber(lambda event: end_grants_of(config.registry, event), AccountClosed)
    config.add_subscriber(lambda event: restore_grants_of(config.registry, event), AccountActivated)
    config.add_subscriber(wipe_motives, AccountErased)
    for message in EMAILS:
        config.add_email(f"adhesion.{message}", f"esea_auth_plugin:portal_services/emails/{message}")
    for message in RIGHTS_LETTERS:
        config.add_email(f"right.{message}", f"esea_auth_plugin:portal_services/emails/right_{message}")
    for permission in ("esea.support.rights", "esea.support.rights.act"):
        config.add_permission_rule(permission, Rule(role="support"))
    config.add_portal_child("droits", RightsResource, parent=SupportAccountResource)
    for permission in ("esea.adhesion.view", "esea.adhesion.send"):
        config.add_permission_rule(permission, Rule())
    config.add_portal_child("services", ServicesResource)
    config.add_portal_child("demandes", MyRequestsResource, parent=IAccountRoot)
    config.add_account_tile("services", service_tiles)
    config.add_nav_item(NavItem("Services", "/services", order=20))
    _support_desk(config)
    config.scan(".views")
    config.scan(".adhesion_views")
    config.scan(".completing_views")
    config.scan(".favourites")
    config.scan(".rights_views")
    config.scan(".withdrawing_views")


def _support_desk(config: Configurator) -> None:
    """Open `/support`, where access requests, sign-ups and whatever else goes to the support are reviewed."""
    config.add_role("support", "Support ESEA")
    config.add_permission_rule(SUPPORT, Rule(role="support"))
    config.add_review_board("support", title="Support", path="/support", permission=SUPPORT, provides=(ISupportRoot,))
    config.add_request_kind(AccessRequestKind)
    for act in (GIVE, WITHDRAW):
        config.add_account_act(act)
    config.add_nav_item(NavItem("Support", "/support", permission=SUPPORT, order=60))

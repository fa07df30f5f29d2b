"""Who may do what: the security policy and roles. It asks the other packages' services; nobody imports it."""

from __future__ import annotations

from ...events import SignedIn
from ...interfaces import AccountEntry, AccountGroup, IAccountRoot, IMaximumLevel, IRoles, IRoleSuspensions
from ...pyramid_types import Configurator
from ...services import find
from .maximum_level import MaximumLevel
from .policy import PortalPolicy
from .resources import RolesResource
from .roles import Roles
from .suspension import RoleSuspensions, confirm_by_authenticator
from .top_level import top_level_deriver

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Publish :class:`IRoles`, set the security policy and the page of refusals (the judge is the foundation's)."""
    config.add_service(IRoles, Roles)
    config.add_audit_action("role.given", "Rôle attribué")
    config.add_audit_action("role.withdrawn", "Rôle retiré")
    config.add_service(RoleSuspensions, RoleSuspensions)
    config.add_service(IRoleSuspensions, lambda registry: find(registry, RoleSuspensions))
    config.add_audit_action("role.suspended", "Rôles suspendus après la récupération du compte")
    config.add_audit_action("role.restored", "Rôles rétablis")
    config.add_audit_action("role.restore_refused", "Rétablissement de rôles refusé")
    for message in ("suspended", "restored", "suspended_support"):
        config.add_email(f"role.{message}", f"esea_auth_plugin:authentication/access/emails/{message}")
    config.add_subscriber(lambda event: confirm_by_authenticator(config.registry, event), SignedIn)
    config.add_portal_child("roles", RolesResource, parent=IAccountRoot)
    config.add_account_entry(
        AccountEntry(
            "Mes rôles",
            "/compte/roles",
            AccountGroup.SECURITY,
            "Ce que vous faites pour le portail, et comment retrouver des rôles suspendus.",
            shown=lambda request: bool(request.identity.roles or request.identity.suspended_roles),
        )
    )
    config.add_service(IMaximumLevel, MaximumLevel)
    config.add_view_deriver(top_level_deriver, "top_level", under="secured_view", over="owrapped_view")
    config.set_security_policy(PortalPolicy(config.registry))
    config.scan(".views")
    config.scan(".role_views")

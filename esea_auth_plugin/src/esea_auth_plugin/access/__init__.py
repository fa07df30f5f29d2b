"""Who may do what: the security policy and roles. It asks the other rooms' services; nobody imports it."""

from __future__ import annotations

from typing import Any

from ..interfaces import IOwnedLevel, IRoles

__all__ = ["includeme"]


def includeme(config: Any) -> None:
    """Publish :class:`IRoles`, set the security policy and the page of refusals (the judge is the foundation's)."""
    from .owned import OwnedLevel
    from .policy import PortalPolicy
    from .roles import Roles
    from .top_level import top_level_deriver

    config.add_service(IRoles, Roles)
    config.add_audit_action("role.given", "Rôle attribué")
    config.add_audit_action("role.withdrawn", "Rôle retiré")
    config.add_service(IOwnedLevel, OwnedLevel)
    config.add_view_deriver(top_level_deriver, "top_level", under="secured_view", over="owrapped_view")
    config.set_security_policy(PortalPolicy(config.registry))
    config.scan(".views")

"""The audit trail: every attempt and decision, in rows that can be proven and can't be changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from ..interfaces import IAuditTrail, IClock, ISealer
from ..services import find
from . import retention
from .reading import (
    AuditRow,
    activity_of,
    activity_page,
    audit_rows,
    of_request,
    personal_of,
    personal_of_all,
)
from .sealer import seal_all
from .service import AuditTrail, valid_action

__all__ = [
    "AuditRow",
    "actions_of",
    "activity_of",
    "activity_page",
    "audit_rows",
    "includeme",
    "of_request",
    "personal_of",
    "personal_of_all",
]


def add_audit_action(config: Any, name: str, sentence: str) -> None:
    """Directive ``config.add_audit_action("sign_in.refused", "Connexion refusée")``.

    :param name: ``room.verb``; what is not declared may not be recorded. :param sentence: French, as « Mon activité »
        shows it to the person.
    """
    if not valid_action(name):
        raise ValueError(f"« {name} » is no name of an action: room.verb, lower case")
    introspectable = config.introspectable("esea audit actions", name, sentence, "audit action")
    config.action(
        ("esea-audit-action", name),
        lambda: _vocabulary(config.registry).__setitem__(name, sentence),
        introspectables=(introspectable,),
    )


def actions_of(source: Any) -> Mapping[str, str]:
    """Return the declared vocabulary: action and French sentence."""
    return _vocabulary(getattr(source, "registry", source))


def includeme(config: Any) -> None:
    """Publish :class:`IAuditTrail`, seal every half minute, remove what is too old every day."""
    from . import triggers  # noqa: F401 - attaches them to the tables

    config.add_directive("add_audit_action", add_audit_action)
    config.add_audit_action(retention.PRUNED, "Journal : durée de conservation appliquée")
    config.add_audit_action(retention.ERASED, "Journal : événement effacé")
    config.add_audit_action(retention.ERASED_PERSONAL, "Journal : données personnelles effacées")
    config.add_service(IAuditTrail, _trail)
    config.add_job("audit.seal", seal_all, every=timedelta(seconds=30))
    config.add_job("audit.prune", retention.prune, every=timedelta(days=1))


def _trail(registry: Any) -> IAuditTrail:
    from ..settings import FoundationSettings

    strict = find(registry, FoundationSettings).env != "production"
    return AuditTrail(find(registry, IClock), find(registry, ISealer), _vocabulary(registry), strict=strict)


def _vocabulary(registry: Any) -> dict[str, str]:
    found = getattr(registry, "_esea_audit_actions", None)
    if found is None:
        found = registry._esea_audit_actions = {}
    return cast("dict[str, str]", found)

"""The audit trail: every attempt and decision, in rows that can be proven and can't be changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from ...directives import report_problems
from ...errors import Problem
from ...interfaces import IAuditTrail, IClock, ISealer
from ...pyramid_types import Configurator, Registry, RegistryStore, Source, get_registry
from ...services import find
from ...settings import FoundationSettings
from ..security.signing import SigningKeyError
from . import triggers  # noqa: F401 -- registers the triggers with the tables
from .explanations import ERASED, ERASED_PERSONAL, PRUNED
from .head_signing import HEAD_SIGNED, head_config, sign_head
from .keys import TrailKeys, origin_of
from .reading import AuditRow, activity_of, activity_page, audit_rows, of_request, personal_of, personal_of_all
from .retention import prune
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


def add_audit_action(config: Configurator, name: str, sentence: str) -> None:
    """Directive ``config.add_audit_action("sign_in.refused", "Connexion refusée")``.

    :param name: ``package.verb``; what is not declared may not be recorded.
    :param sentence: French, as « Mon activité » shows it to the person.
    """
    if not valid_action(name):
        raise ValueError(f"« {name} » is no name of an action: package.verb, lower case")
    introspectable = config.introspectable("esea audit actions", name, sentence, "audit action")
    config.action(
        ("esea-audit-action", name),
        lambda: _vocabulary(config.registry).__setitem__(name, sentence),
        introspectables=(introspectable,),
    )


def add_audit_actions(config: Configurator, actions: Mapping[str, str]) -> None:
    """Directive ``config.add_audit_actions({"sign_in.refused": "Connexion refusée"})``: declare several."""
    for name, sentence in actions.items():
        add_audit_action(config, name, sentence)


def actions_of(source: Source) -> Mapping[str, str]:
    """Return the declared vocabulary: action and French sentence."""
    return _vocabulary(get_registry(source))


def includeme(config: Configurator) -> None:
    """Publish :class:`IAuditTrail`, seal every half minute, remove what is too old every day."""
    config.add_directive("add_audit_action", add_audit_action)
    config.add_directive("add_audit_actions", add_audit_actions)
    config.add_audit_action(PRUNED, "Journal : durée de conservation appliquée")
    config.add_audit_action(ERASED, "Journal : événement effacé")
    config.add_audit_action(HEAD_SIGNED, "Journal : état signé")
    config.add_audit_action(ERASED_PERSONAL, "Journal : données personnelles effacées")
    config.add_service(TrailKeys, _keys)
    config.add_service(IAuditTrail, _trail)
    config.add_job("audit.seal", seal_all, every=timedelta(seconds=30))
    config.add_job("audit.prune", prune, every=timedelta(days=1))
    config.add_job("audit.sign_head", sign_head, every=timedelta(days=1))
    # Once every setting is read, and before the start is refused with all problems at once.
    config.action(None, lambda: report_problems(config, _problems(config.registry)), order=1_000)


def _keys(registry: Registry) -> TrailKeys:
    own = find(registry, FoundationSettings)
    return TrailKeys(find(registry, ISealer), origin_of(own.url), [origin_of(url) for url in own.former_urls])


def _problems(registry: Registry) -> list[Problem]:
    """Return what is wrong with the settings of the head file."""
    own = find(registry, FoundationSettings)
    if bool(own.audit_head_file) != bool(own.audit_head_key):
        cure = "set both, or none: `esea-admin CONFIG audit new-head-key` makes the key"
        return [Problem("portal.audit_head_file", "", "goes together with portal.audit_head_key", cure)]
    try:
        head_config(registry)
    except SigningKeyError as error:
        return [Problem("portal.audit_head_key", "", str(error), "make one: `esea-admin CONFIG audit new-head-key`")]
    except (OSError, UnicodeDecodeError):
        cure = "make the file, readable by the portal's user: public keys in PEM"
        return [Problem("portal.audit_head_former_keys", "", "names a file that can't be read", cure)]
    return []


def _trail(registry: Registry) -> IAuditTrail:
    strict = find(registry, FoundationSettings).env != "production"
    return AuditTrail(find(registry, IClock), find(registry, TrailKeys), _vocabulary(registry), strict=strict)


#: The sentences of the declared actions, by name.
_vocabulary = RegistryStore("esea.audit_actions", dict[str, str])

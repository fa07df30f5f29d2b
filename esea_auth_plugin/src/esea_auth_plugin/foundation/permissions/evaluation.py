"""Decides a named permission for an identity; a third party's security policy may call it."""

from __future__ import annotations

from datetime import datetime, timedelta

from ...directives import permissions_of
from ...interfaces import ICatalogue, Identity, IPermissionEvaluator, Level, Refusal, Rule
from ...levels import level_of
from ...pyramid_types import Configurator, Registry
from ...services import current_time, find, offers

#: The catalogue's section for the portal itself: it rules whatever names no service.
PORTAL = "portail"


def includeme(config: Configurator) -> None:
    """Publish :class:`IPermissionEvaluator`."""
    config.add_service(IPermissionEvaluator, PermissionEvaluator)


class PermissionEvaluator:
    """See :class:`~esea_auth_plugin.interfaces.IPermissionEvaluator`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def judge(self, identity: Identity | None, permission: str) -> Refusal | None:
        """See the interface."""
        rule = permissions_of(self._registry).get(permission)
        return Refusal.FORBIDDEN if rule is None else self.evaluate_rule(identity, rule)

    def evaluate_rule(self, identity: Identity | None, rule: Rule) -> Refusal | None:
        """See the interface."""
        if identity is None:
            return Refusal.SIGN_IN
        if rule.role is not None and not identity.has_role(rule.role):
            return Refusal.FORBIDDEN
        # The right comes before the level: nobody is asked for a stronger sign-in only to be refused after it.
        if rule.service not in {None, PORTAL} and rule.service not in identity.services:
            return Refusal.NO_GRANT
        now = current_time(self._registry)
        if identity.level < rule.level or (rule.role is not None and _below_own_factors(identity)):
            return Refusal.STEP_UP
        refused = self._by_catalogue(rule.service or PORTAL, identity, now)
        if refused is not None:
            return refused
        if identity.lacks_second_factor and (rule.role is not None or rule.service not in {None, PORTAL}):
            return Refusal.SECOND_FACTOR_MISSING  # « Mon compte » stays open: there the second device is added
        if rule.fresh_within is not None and not _fresh(identity, now, rule):
            return Refusal.STALE
        return None

    def _by_catalogue(self, slug: str, identity: Identity, now: datetime) -> Refusal | None:
        """Ask the catalogue: a session signed in under a lax service must not open the rest of the portal."""
        if not offers(self._registry, ICatalogue):
            return None
        catalogue = find(self._registry, ICatalogue)
        service = catalogue.get(slug)
        if service is None:
            return None if slug == PORTAL else Refusal.FORBIDDEN
        return catalogue.admits(service, identity.proofs, identity.level, now)


def _below_own_factors(identity: Identity) -> bool:
    """Tell whether somebody with a role came in by a mailed code, and owns what resists phishing.

    A reviewer sees other people's data: once they have a passkey, a card or Pro Santé Connect, whoever has only stolen
    their password and reads their mail must not get in beside it.
    """
    return identity.level <= Level.MAIL_CODE and identity.owned >= Level.RESISTANT


def _fresh(identity: Identity, now: datetime, rule: Rule) -> bool:
    """Tell whether the fresh proofs alone still reach the session's level (and the rule's, which is never above).

    Otherwise a password typed again would freshen a session that a passkey opened (Keycloak CVE-2026-3429).
    """
    within = rule.fresh_within or timedelta(0)
    fresh = [proof for proof in identity.proofs if now - proof.at <= within]
    return bool(fresh) and level_of(fresh) >= identity.level

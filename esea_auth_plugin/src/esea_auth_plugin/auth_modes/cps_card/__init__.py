"""The mode « Carte CPS »: the card host, its ticket, the trust in cards and the revocation lists.

The package is always there, so that its table stands; its pages, jobs and demands only when ``esea_auth.modes`` has it.
"""

from __future__ import annotations

from datetime import timedelta

from ...authentication.registry import enabled_names
from ...directives import report_problems
from ...interfaces import ICardReader, ICardService, IRevocationLists, ISupportRoot, Rule
from ...pyramid_types import Configurator, Registry
from ...services import find, offers
from ...settings import FoundationSettings, read_section
from . import models  # noqa: F401 - its table
from .authorities import problem_of
from .refreshing import refresh_job
from .resources import CardHostRoot, CardListsResource
from .service import CardService
from .settings import PREFIX, ROOT, CardSettings, problems_of
from .tickets import TICKETS, Tickets
from .trust import CardLists, Trust

__all__ = ["includeme"]

ACTIONS = {
    "card.read": "Carte lue",
    "card.refused": "Carte refusée",
}


def includeme(config: Configurator) -> None:
    """Read the settings; publish the card service and the pages if the mode is enabled."""
    read_section(config, CardSettings, PREFIX)
    config.add_audit_actions(ACTIONS)
    config.add_portal_root(ROOT, CardHostRoot)
    config.add_service(Tickets, Tickets)
    config.add_single_use(TICKETS)
    if "cps_card" not in enabled_names(config.registry.settings):
        return
    config.add_service(Trust, _trust)
    config.add_service(CardService, CardService)
    config.add_service(ICardService, lambda registry: find(registry, CardService))
    config.add_service(IRevocationLists, CardLists)
    config.add_permission_rule("esea.support.cards", Rule(role="support"))
    config.add_portal_child("cartes", CardListsResource, parent=ISupportRoot)
    if str(config.registry.settings.get(f"{PREFIX}crl_urls", "")).strip():
        config.add_job("cps_card.crl", refresh_job, every=timedelta(hours=1))
    config.scan(".views")
    config.scan(".host_views")
    # After every service is declared, so that a stand-in of the card host is known.
    config.action("esea-card-settings", lambda: _check(config), order=800)


def _trust(registry: Registry) -> Trust:
    production = find(registry, FoundationSettings).env == "production"
    return Trust(find(registry, CardSettings), production=production)


def _check(config: Configurator) -> None:
    settings = find(config, CardSettings)
    raw = config.registry.settings
    problems = problems_of(settings, raw, stand_in=offers(config, ICardReader))
    if settings.authorities:
        found = problem_of(settings.authorities, f"{PREFIX}authorities", str(raw.get("__file__", "")))
        problems += [found] if found else []
    report_problems(config, problems)

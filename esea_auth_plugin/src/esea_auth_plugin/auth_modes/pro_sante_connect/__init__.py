"""Pro Santé Connect: sign in and sign up by CPS card or e-CPS, with redirect and without.

Read `service.py` for the parts, `mode.py` and `ciba.py` for the two modes, `arrivals.py` for what follows both.
"""

from __future__ import annotations

from datetime import timedelta

from ...authentication.registry import enabled_names
from ...directives import report_problems
from ...pyramid_types import Configurator
from ...services import find
from . import ciba, settings, ways
from .cases import CONFLICT, CONTEST
from .conflict_kind import ConflictKind
from .contest_kind import ContestKind
from .ecps_store import EcpsRequests
from .matching import personal_data
from .merging import LETTER
from .resources import AfterResource, ButtonResource, EndSessionResource, IPscResource
from .service import Psc
from .sessions import PscSessions
from .views import PATH, ROUTE

__all__ = ["CONFLICT", "CONTEST", "includeme"]

_ACTIONS = {
    "psc.identifiers_changed": "Identifiants Pro Santé Connect changés",
    "ecps.asked": "Demande envoyée à une application e-CPS",
    "psc.conflict": "Identité Pro Santé Connect partagée par deux comptes",
    "psc.contested": "Numéro professionnel contesté",
    "psc.ended_there": "Session terminée depuis Pro Santé Connect",
    "psc.logout_refused": "Déconnexion venue de Pro Santé Connect refusée",
    "account.merged": "Deux comptes réunis",
}
_MODES = frozenset({"pro_sante_connect", "ecps"})


def includeme(config: Configurator) -> None:
    """Publish the parts; the pages answer only while one of the two modes is enabled."""
    settings.read(config)
    config.add_service(Psc, Psc)
    config.add_service(PscSessions, PscSessions)
    config.add_service(EcpsRequests, EcpsRequests)
    config.add_audit_actions(_ACTIONS)
    config.add_email(LETTER, "esea_auth_plugin:auth_modes/pro_sante_connect/emails/merged")
    config.add_personal_data("pro_sante_connect", personal_data)
    config.add_request_kind(ConflictKind)
    config.add_request_kind(ContestKind)
    config.add_single_use(ways.STATES)
    config.add_job("psc.prune", ways.prune, every=timedelta(hours=1))
    config.add_portal_child("bouton", ButtonResource, parent=IPscResource)
    config.add_portal_child("sortie", EndSessionResource, parent=IPscResource)
    config.add_portal_child("fin", AfterResource, parent=IPscResource)
    config.add_route(ROUTE, PATH)
    config.scan(".views")
    enabled = set(enabled_names(config.registry.settings))
    if "ecps" in enabled:
        config.add_job("ecps.ask", ciba.ask_due, every=timedelta(seconds=1), own_leases=True)
    if _MODES & enabled:
        config.action(None, lambda: _check(config), order=1_000)


def _check(config: Configurator) -> None:
    given = config.registry.settings
    where, env = given.get("__file__", ""), given.get("portal.env", "production")
    report_problems(config, settings.problems_of(find(config, settings.PscSettings), where, env))

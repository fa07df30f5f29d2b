"""Signing in: the page of a service, the staged sign-in, its end, and recovery under `/connexion/oubli`."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from ..authentication.attempts import store
from ..authentication.attempts.browsers import forget_all
from ..authentication.attempts.store import SignIns
from ..events import DeviceReportedLost, DeviceRevoked, FirstLinked
from ..foundation.revocation import REQUESTS, end_everything
from ..interfaces import IProvenSignIns, ISavedForms, ISessions, ISignInRoot
from ..pyramid_types import Configurator
from ..services import find
from . import saved_forms
from .proven import ProvenSignIns
from .resources import SavedFormResource, SignInResource, SignOutResource, TermsResource
from .saved_forms import SavedForms

__all__ = ["includeme"]

_ACTIONS = {
    "sign_in.succeeded": "Connexion",
    "sign_in.raised": "Connexion renforcée",
    "sign_in.refused": "Connexion refusée",
    "sign_in.ended": "Déconnexion",
    "terms.refused": "Conditions d'Utilisation refusées",
}


def includeme(config: Configurator) -> None:
    """Hang the places, publish the services, declare actions and jobs."""
    registry = config.registry

    def end_sign_ins(session: Session, subject: str, kept: str) -> None:
        find(registry, SignIns).close_all(session, subject, exclude=kept)

    def end_resting(event: DeviceRevoked | DeviceReportedLost) -> None:
        find(registry, SignIns).close_resting_on(event.session, event.subject, event.reference)
        find(registry, ISessions).close_resting_on(event.session, event.subject, event.reference)

    def end_others(event: FirstLinked) -> None:
        # Whoever prepared the account for its owner to find is put out; the owner's own session or sign-in goes on.
        session, subject = event.session, event.subject
        own = event.session_id or find(registry, SignIns).session_of(session, event.attempt)
        kept = {**REQUESTS, "sign_in": event.attempt, "session": own or ""}
        end_everything(registry, session, subject, exclude=kept)

    config.add_portal_child("connexion", SignInResource)
    config.add_portal_child("conditions", TermsResource, parent=ISignInRoot)
    config.add_portal_child("reprise", SavedFormResource, parent=ISignInRoot)
    config.add_portal_child("deconnexion", SignOutResource, parent=ISignInRoot)
    config.add_service(SignIns, SignIns)
    config.add_service(SavedForms, SavedForms)
    config.add_service(ISavedForms, lambda registry: find(registry, SavedForms))
    config.add_service(IProvenSignIns, ProvenSignIns)
    config.add_audit_actions(_ACTIONS)
    config.add_revocable("sign_in", end_sign_ins, order=10)
    config.add_revocable("known_browser", lambda session, subject, kept: forget_all(session, subject))
    config.add_subscriber(end_resting, DeviceRevoked)
    config.add_subscriber(end_resting, DeviceReportedLost)
    config.add_subscriber(end_others, FirstLinked)
    config.add_job("sign_in.prune", store.prune, every=timedelta(hours=1))
    config.add_job("sign_in.prune_saved_forms", saved_forms.prune, every=timedelta(hours=1))
    config.scan(".views")
    config.scan(".end_views")

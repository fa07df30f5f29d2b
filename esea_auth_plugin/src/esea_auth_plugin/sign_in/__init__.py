"""Signing in: the page of a service, the staged sign-in, its end, and recovery under `/connexion/oubli`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..authentication.attempts import store
from ..authentication.attempts.browsers import forget_all
from ..authentication.attempts.store import SignIns
from ..events import (
    AccountClosed,
    DeviceRevoked,
    EmailChanged,
    FirstLinked,
    MailboxUnverified,
    OperationsEnded,
    PasswordChanged,
)
from ..interfaces import ISavedForms, ISessions, ISignInRoot
from ..pyramid_types import Configurator
from ..services import find
from . import saved_forms
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

    def end_sign_ins(event: AccountClosed) -> None:
        # Sessions once more: one may just have come of a sign-in that was under way while they were ended.
        find(registry, SignIns).close_all(event.session, event.subject)
        find(registry, ISessions).close_all(event.session, event.subject)

    def end_sign_ins_by_mail(event: EmailChanged) -> None:
        # What was mailed to the former address, and what waits for a code there, opens nothing any more.
        find(registry, SignIns).close_all(event.session, event.subject)

    def end_resting(event: DeviceRevoked) -> None:
        find(registry, SignIns).close_resting_on(event.session, event.subject, event.reference)
        find(registry, ISessions).close_resting_on(event.session, event.subject, event.reference)

    def end_others(event: FirstLinked) -> None:
        # Whoever prepared the account for its owner to find is put out; the owner's own session or sign-in goes on.
        session, subject = event.session, event.subject
        own = event.session_id or find(registry, SignIns).session_of(session, event.attempt)
        find(registry, SignIns).close_all(session, subject, exclude=event.attempt)
        find(registry, ISessions).close_all(session, subject, but=own)
        registry.notify(OperationsEnded(session, subject))
        forget_all(session, subject)

    def end_operations(event: Any) -> None:
        registry.notify(OperationsEnded(event.session, event.subject))

    config.add_portal_child("connexion", SignInResource)
    config.add_portal_child("conditions", TermsResource, parent=ISignInRoot)
    config.add_portal_child("reprise", SavedFormResource, parent=ISignInRoot)
    config.add_portal_child("deconnexion", SignOutResource, parent=ISignInRoot)
    config.add_service(SignIns, SignIns)
    config.add_service(SavedForms, SavedForms)
    config.add_service(ISavedForms, lambda registry: find(registry, SavedForms))
    for name, sentence in _ACTIONS.items():
        config.add_audit_action(name, sentence)
    config.add_subscriber(end_sign_ins, AccountClosed)
    config.add_subscriber(end_sign_ins_by_mail, EmailChanged)
    config.add_subscriber(end_resting, DeviceRevoked)
    config.add_subscriber(end_others, FirstLinked)
    for ends in (PasswordChanged, EmailChanged, MailboxUnverified, AccountClosed):
        config.add_subscriber(end_operations, ends)
    config.add_job("sign_in.prune", store.prune, every=timedelta(hours=1))
    config.add_job("sign_in.prune_saved_forms", saved_forms.prune, every=timedelta(hours=1))
    config.scan(".views")
    config.scan(".end_views")

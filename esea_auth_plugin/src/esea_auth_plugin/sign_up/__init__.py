"""The sign-up: four steps, the support's review, the confirmation token, invitations; ``/inscription``."""

from __future__ import annotations

from datetime import timedelta

from ..events import AccountErased, RequestEnded
from ..interfaces import IInvitations, ISignUps, Rule
from ..pyramid_types import Configurator
from . import keyed_digests, retention
from .applying import Applications
from .confirmation import TOKENS
from .invitations import INVITATIONS, Invitations
from .kind import SignUpKind
from .resources import SignUpResource

EMAILS = (
    "received",
    "already",
    "number_used",
    "accepted",
    "refused",
    "more_asked",
    "confirmed",
    "invitation",
    "opened_alone",
)

#: What the trail records of this package, as the person reads it in « Mon activité ».
ACTIONS = {
    "sign_up.sent": "Demande d’inscription envoyée",
    "sign_up.completed": "Demande d’inscription complétée",
    "sign_up.duplicate_settled": "Doublon possible écarté par le support",
    "sign_up.token_sent": "Jeton de confirmation envoyé",
    "sign_up.confirmed": "Compte confirmé",
    "sign_up.confirmation_refused": "Confirmation refusée : mot de passe inexact",
    "sign_up.invited": "Invitation envoyée",
    "sign_up.invitation_accepted": "Invitation acceptée",
}


def includeme(config: Configurator) -> None:
    """Open ``/inscription``, its kind of request, its emails and its jobs."""
    config.add_service(IInvitations, Invitations)
    config.add_service(ISignUps, Applications)
    config.add_single_use(TOKENS)
    config.add_single_use(INVITATIONS)
    config.add_portal_child("inscription", SignUpResource)
    config.add_permission_rule("esea.support.sign_up", Rule(role="support"))
    config.add_request_kind(SignUpKind)
    config.add_audit_actions(ACTIONS)
    for message in EMAILS:
        config.add_email(f"sign_up.{message}", f"esea_auth_plugin:sign_up/emails/{message}")
    config.add_job("sign_up.drafts", retention.purge_drafts, every=timedelta(minutes=10))
    config.add_job("sign_up.keyed_digests", keyed_digests.rebuild, every=timedelta(days=1))
    config.add_job("sign_up.retention", retention.forget_old, every=timedelta(days=1))
    registry = config.registry
    config.add_subscriber(lambda event: retention.request_ended(registry, event), RequestEnded)
    config.add_subscriber(lambda event: retention.wipe_answers(config.registry, event), AccountErased)
    config.scan(".views")

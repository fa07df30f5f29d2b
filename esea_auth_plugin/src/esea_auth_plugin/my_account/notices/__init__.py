"""Notices about the safety of an account: what happened, told at once, and « Ce n'était pas moi » to stop it.

The mailed link signs nobody in. It can only end sessions and freeze the factors that the notice names, never show or
give anything back: whoever reads somebody's mail may use it to lock them out, not to get in.
"""

from __future__ import annotations

from datetime import timedelta

from ...events import (
    CodeRefusedOften,
    DeviceAdded,
    DeviceReportedLost,
    DeviceRevoked,
    EmailChanged,
    FirstLinkAnswered,
    MailboxUnverified,
    PasswordChanged,
    PhoneChanged,
    SignedIn,
    SignedInFromNewNetwork,
)
from ...interfaces import AccountEntry, AccountGroup, IAccountRoot, INotifications
from ...pyramid_types import Configurator
from . import refusals
from .notifications import EVERY_SIGN_IN, Notifications, add_notification_topic
from .resources import ContestResource, NotificationsResource
from .service import LINKS, Notices
from .subscribers import Notifier

__all__ = ["includeme"]

_ACTIONS = {
    "notice.sent": "Alerte de sécurité envoyée",
    "notice.contested": "Signalé : « Ce n’était pas moi » ; sessions fermées",
    "notice.sessions_ended": "Signalé : un doute ; sessions fermées, rien de bloqué",
    "notice.choices_changed": "Préférences de notification modifiées",
}


def includeme(config: Configurator) -> None:
    """Subscribe to what is told, add the pages, declare emails, topics, actions and the job."""
    registry = config.registry
    config.add_directive("add_notification_topic", add_notification_topic)
    config.add_service(Notices, Notices)
    config.add_single_use(LINKS)
    config.add_service(INotifications, Notifications)
    config.add_audit_actions(_ACTIONS)
    for message in ("notice", "email_changed"):
        config.add_email(f"notices.{message}", f"esea_auth_plugin:my_account/notices/emails/{message}")
    _topics(config)
    teller = Notifier(registry)
    for told, event in (
        (teller.device_added, DeviceAdded),
        (teller.device_revoked, DeviceRevoked),
        (teller.device_lost, DeviceReportedLost),
        (teller.first_link_answered, FirstLinkAnswered),
        (teller.new_place, SignedInFromNewNetwork),
        (teller.signed_in, SignedIn),
        (teller.password_changed, PasswordChanged),
        (teller.email_changed, EmailChanged),
        (teller.phone_changed, PhoneChanged),
        (teller.mailbox_unverified, MailboxUnverified),
        (teller.refused_often, CodeRefusedOften),
    ):
        config.add_subscriber(told, event)
    config.add_portal_child("signalement", ContestResource)
    config.add_portal_child("notifications", NotificationsResource, parent=IAccountRoot)
    config.add_account_entry(
        AccountEntry(
            "Notifications",
            "/compte/notifications",
            AccountGroup.SECURITY,
            "Vos dernières alertes de sécurité, et les courriels que vous souhaitez recevoir.",
            order=40,
        )
    )
    config.add_job("notices.refusals", refusals.look, every=timedelta(minutes=1))
    config.add_job("notices.prune", refusals.prune, every=timedelta(days=1))
    config.scan(".contest_views")
    config.scan(".notification_views")


def _topics(config: Configurator) -> None:
    """Declare the kinds of emails."""
    config.add_notification_topic(
        "security",
        "Sécurité de mon compte",
        "Nouveau dispositif ou navigateur, mot de passe, adresse ou téléphone changés, connexions refusées.",
        default=None,
    )
    config.add_notification_topic(
        "decisions",
        "Réponses à mes demandes",
        "Décisions du support, compléments à apporter.",
        default=None,
    )
    config.add_notification_topic(
        EVERY_SIGN_IN,
        "Chaque connexion à mon compte",
        "Un courriel à chaque connexion, même depuis un navigateur que vous utilisez d’habitude.",
        default=False,
    )
    config.add_notification_topic(
        "receipts",
        "Accusés de réception de mes demandes d’accès",
        "Un courriel quand une demande d’accès que vous venez d’envoyer est enregistrée.",
        default=True,
    )

"""Mail: emails that packages declare, an outbox written with the act, and a mail worker run by the worker."""

from __future__ import annotations

from datetime import timedelta

from ...interfaces import IMailWorker, IOutbox
from ...pyramid_types import Configurator, Registry
from ...services import find
from ...settings import FoundationSettings
from .declared import add_email
from .delivery import MailWorker, purge
from .outbox import Outbox
from .rendering import EmailRenderer
from .transport import SmtpTransport


def includeme(config: Configurator) -> None:
    """Publish the outbox, and declare the jobs that empty it."""
    config.add_directive("add_email", add_email)
    config.add_audit_action("mail.given_up", "Courriel abandonné")
    config.add_audit_action("mail.expired", "Courriel périmé avant son envoi")
    config.add_audit_action("mail.withheld", "Courriel retenu : l’adresse n’est plus vérifiée")
    config.add_service(IOutbox, Outbox)
    config.add_service(IMailWorker, MailWorker)
    config.add_service(EmailRenderer, EmailRenderer)
    # Under its own class: a demo publishes an IMailTransport instead, without a conflict.
    config.add_service(SmtpTransport, lambda registry: SmtpTransport(find(registry, FoundationSettings)))
    # Each second: a code must arrive within two. Its rows carry their own leases.
    config.add_job("mail.send", deliver_due, timedelta(seconds=1), own_leases=True)
    config.add_job("mail.purge", purge, timedelta(days=1))


def deliver_due(registry: Registry) -> int:
    """Job: send every email that is due; return how many were sent."""
    return find(registry, IMailWorker).deliver_due()

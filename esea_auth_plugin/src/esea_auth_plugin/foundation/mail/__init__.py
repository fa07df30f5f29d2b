"""Mail: letters that rooms declare, an outbox written with the act, and a postman run by the worker."""

from __future__ import annotations

from datetime import timedelta

from ...interfaces import IOutbox, IPostman
from ...pyramid_types import Configurator, Registry
from ...services import find
from ...settings import FoundationSettings
from .delivery import Postman, purge
from .letters import add_letter
from .outbox import Outbox
from .rendering import LetterRenderer
from .transport import SmtpTransport


def includeme(config: Configurator) -> None:
    """Publish the outbox, and declare the jobs that empty it."""
    config.add_directive("add_letter", add_letter)
    config.add_audit_action("mail.given_up", "Courriel abandonné")
    config.add_audit_action("mail.expired", "Courriel périmé avant son envoi")
    config.add_audit_action("mail.withheld", "Courriel retenu : l’adresse n’est plus vérifiée")
    config.add_service(IOutbox, Outbox)
    config.add_service(IPostman, Postman)
    config.add_service(LetterRenderer, LetterRenderer)
    # Under its own class: a demo publishes an IMailTransport instead, without a conflict.
    config.add_service(SmtpTransport, lambda registry: SmtpTransport(find(registry, FoundationSettings)))
    # Each second: a code must arrive within two. Its rows carry their own leases.
    config.add_job("mail.send", deliver_due, timedelta(seconds=1), own_leases=True)
    config.add_job("mail.purge", purge, timedelta(days=1))


def deliver_due(registry: Registry) -> int:
    """Job: send every letter that is due; return how many were sent."""
    return find(registry, IPostman).deliver_due()

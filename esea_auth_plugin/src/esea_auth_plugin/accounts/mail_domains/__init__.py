"""Looks, from time to time, whether the domains of people's addresses still are theirs (threat-model.md row 31).

A domain that lapses is bought by whoever pays, and with it every mailbox below it: codes and links would go to a
third party. What is observed, and what it means, is in ``policy``. Addresses that are unverified prove nothing: codes
mailed there open nothing, only what proves an address anew is sent there (``mail.delivery``), and the links that
were mailed there are dead. The person confirms it again, or another one, at the highest level that they own; whoever
owns nothing else asks the support, which checks who they are.

What leaves the portal: names of domains, never addresses, to the resolver and to the registries that settings name.
"""

from __future__ import annotations

from ...interfaces import ISupportRoot, Rule
from ...pyramid_types import Configurator
from ...settings import read_section
from . import models  # noqa: F401 - its table
from .acts import APPROVE, REJECT
from .checks import EVERY, LEASE, LETTER, look
from .resources import SupportMailDomainsResource
from .service import MailDomains
from .settings import PREFIX, MailDomainSettings

__all__ = ["includeme"]

_ACTIONS = {
    "mail_domain.changed": "Domaine de messagerie abandonné, racheté ou déplacé",
    "mail_domain.vouched": "Domaine de messagerie reconnu par le support",
    "mail_domain.disowned": "Domaine de messagerie écarté par le support",
}


def includeme(config: Configurator) -> None:
    """Read the settings, declare the job unless it is switched off, hang the support's page."""
    read_section(config, MailDomainSettings, PREFIX)
    config.add_service(MailDomains, MailDomains)
    config.add_audit_actions(_ACTIONS)
    for act in (APPROVE, REJECT):
        config.add_account_act(act)
    config.add_email(LETTER, "esea_auth_plugin:accounts/mail_domains/emails/support")
    for permission in ("esea.support.domains", "esea.support.domains.act"):
        config.add_permission_rule(permission, Rule(role="support"))
    config.add_portal_child("domaines", SupportMailDomainsResource, parent=ISupportRoot)
    # Services are published later: whether the value can be read at all is said then.
    if str(config.registry.settings.get(f"{PREFIX}look", "true")).lower() != "false":
        config.add_job("mail_domains.look", look, every=EVERY, lease=LEASE)
    config.scan(".views")

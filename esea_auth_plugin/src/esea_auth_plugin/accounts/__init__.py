"""Accounts: who a person is, their identity attributes with origin, and « Mon compte » (``/compte``)."""

from __future__ import annotations

from datetime import timedelta

from ..interfaces import (
    IAccountRoot,
    IAccounts,
    IExternalIdentities,
    IFormerAddresses,
    IMailboxes,
    ISupportRoot,
    NavItem,
    Rule,
)
from ..pyramid_types import Configurator
from ..services import find
from . import keyed_digests
from .address_changes import CHANGES, AddressChanges
from .external import ExternalIdentities
from .mailboxes import Mailboxes
from .profile import LETTER
from .resources import AccountResource, ProfileResource, SupportAccountsResource, TownsResource
from .service import Accounts

#: What the trail records of this package, as the person reads it in « Mon activité ».
ACTIONS = {
    "account.created": "Compte créé",
    "account.active": "Compte ouvert",
    "account.suspended": "Compte suspendu",
    "account.closed": "Compte fermé",
    "account.reopened": "Compte rouvert par le support",
    "account.profile_erased": "Profil effacé",
    "account.erased": "Compte jamais confirmé effacé",
    "account.terms_accepted": "Conditions d’Utilisation acceptées",
    "account.mail_code_barred": "Codes par courriel suspendus après un changement de mot de passe",
    "account.mail_code_restored": "Codes par courriel rétablis",
    "account.attributes_changed": "Données personnelles modifiées",
    "account.email_changed": "Adresse électronique changée",
    "account.email_change_settled": "Adresse désavouée : l’ancienne ne peut plus annuler son remplacement",
    "account.email_confirmed": "Adresse électronique confirmée de nouveau",
    "account.mailbox_doubted": "Adresse électronique qui n’est plus vérifiée",
    "account.mailbox_believed": "Adresse électronique de nouveau reconnue par le support",
    "identity.linked": "Identité liée au compte (carte, Pro Santé Connect)",
    "identity.renewed": "Carte ou identité renouvelée",
    "identity.unlinked": "Identité retirée du compte",
}


def includeme(config: Configurator) -> None:
    """Publish the accounts, open ``/compte`` and the support's pages of accounts."""
    config.add_audit_actions(ACTIONS)
    config.add_service(IAccounts, Accounts)
    config.add_job("accounts.keyed_digests", keyed_digests.rebuild, every=timedelta(days=1))
    config.add_service(AddressChanges, AddressChanges)
    config.add_service(IFormerAddresses, lambda registry: find(registry, AddressChanges))
    for message in ("made", "cancelled"):
        config.add_email(f"email_change.{message}", f"esea_auth_plugin:accounts/emails/{message}")
    config.add_single_use(CHANGES)
    config.add_email(LETTER, "esea_auth_plugin:accounts/emails/proven_changed")
    config.add_service(IMailboxes, Mailboxes)
    config.add_service(IExternalIdentities, ExternalIdentities)
    for permission in ("esea.account.view", "esea.account.change"):
        config.add_permission_rule(permission, Rule())
    for permission in ("esea.support.accounts", "esea.support.accounts.act"):
        config.add_permission_rule(permission, Rule(role="support"))
    config.add_portal_child("compte", AccountResource)
    config.add_portal_child("communes", TownsResource)
    config.add_portal_child("profil", ProfileResource, parent=IAccountRoot)
    config.add_portal_child("comptes", SupportAccountsResource, parent=ISupportRoot)
    config.add_nav_item(NavItem("Comptes", "/support/comptes", permission="esea.support.accounts", order=61))
    config.scan(".views")

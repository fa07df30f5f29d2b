"""Accounts: who a person is, their identity attributes with origin, and « Mon compte » (``/compte``)."""

from __future__ import annotations

from typing import Any

from ..interfaces import IAccounts
from .service import Accounts

_ACTIONS = {
    "account.created": "Compte créé",
    "account.pending": "Compte en attente de confirmation",
    "account.active": "Compte activé",
    "account.suspended": "Compte suspendu",
    "account.closed": "Compte fermé",
    "account.erased": "Compte jamais confirmé, effacé",
    "account.terms_accepted": "Conditions d'Utilisation acceptées",
    "account.mail_code_barred": "Codes par courriel suspendus",
    "account.mail_code_restored": "Codes par courriel rétablis",
    "account.attributes_changed": "Données personnelles modifiées",
    "account.email_changed": "Adresse email modifiée",
}


def includeme(config: Any) -> None:
    """Publish the accounts, and declare what the trail may say of them."""
    for name, sentence in _ACTIONS.items():
        config.add_audit_action(name, sentence)
    config.add_service(IAccounts, Accounts)

"""The mode « OTP »: after the password, six digits sent to the confirmed address."""

from __future__ import annotations

from ...interfaces import IMailedCodes
from ...pyramid_types import Configurator
from .service import ADDRESS_LETTER, CODES, LETTER, MailedCodes

__all__ = ["includeme"]


def includeme(config: Configurator) -> None:
    """Declare the email that carries the code."""
    config.add_service(IMailedCodes, MailedCodes)
    config.add_email(LETTER, "esea_auth_plugin:auth_modes/mail_code/emails/code")
    config.add_email(ADDRESS_LETTER, "esea_auth_plugin:auth_modes/mail_code/emails/address")
    config.add_audit_action("mail_code.sent", "Code de connexion envoyé par courriel")
    config.add_single_use(CODES)

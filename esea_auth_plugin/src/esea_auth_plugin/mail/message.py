"""Builds the mail itself: headers, a plain and an HTML part (RFC 5322, RFC 3834, RFC 3282)."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from .rendering import Rendered
from .safety import safe_address, safe_header


def build(
    letter: Rendered, *, sender: str, sender_name: str, recipient: str, message_id: str, at: datetime
) -> EmailMessage:
    """Return the mail.

    :param sender: address of ``From``; :param recipient: one bare address; :param at: its ``Date``.
    :raises UnsafeHeader: an address or the subject may not stand in a header.
    """
    message = EmailMessage(policy=SMTP)
    local, _, domain = safe_address(sender).rpartition("@")
    message["From"] = Address(safe_header(sender_name), local, domain)
    local, _, domain = safe_address(recipient).rpartition("@")
    message["To"] = Address("", local, domain)
    message["Subject"] = safe_header(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"  # Exchange answers « absent du bureau » to everything otherwise
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = "fr"  # last: setting the content clears every Content-… header
    return message

"""Builds the mail itself: headers, a plain and an HTML part (RFC 5322, RFC 3834, RFC 3282)."""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from .rendering import Rendered
from .safety import safe_address, safe_header


class _MailPolicy(EmailPolicy):
    """Folds a subject with accents as encoded words from end to end (RFC 2047).

    The library's own folding encodes word by word, and some versions of Python (3.13.0) add a space where a line ends.
    """

    def fold(self, name: str, value: str) -> str:
        """See :meth:`email.policy.Policy.fold`."""
        return self._subject(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """See :meth:`email.policy.Policy.fold_binary`."""
        return self._subject(name, value).encode("ascii") or super().fold_binary(name, value)

    def _subject(self, name: str, value: str) -> str:
        text = str(value)
        if name.lower() != "subject" or text.isascii():
            return ""
        return f"{name}: {Header(text, 'utf-8', header_name=name).encode(linesep=self.linesep)}{self.linesep}"


_POLICY = _MailPolicy(linesep="\r\n")


def build(
    letter: Rendered, *, sender: str, sender_name: str, recipient: str, message_id: str, at: datetime
) -> EmailMessage:
    """Return the mail.

    :param sender: address of ``From``; :param recipient: one bare address; :param at: its ``Date``.
    :raises UnsafeHeader: an address or the subject may not stand in a header.
    """
    message = EmailMessage(policy=_POLICY)
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

"""Carries a mail to the SMTP server of the settings, over TLS unless they say otherwise."""

from __future__ import annotations

import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from functools import cached_property
from urllib.parse import urlsplit

from ...interfaces import IMailTransport
from ...pyramid_types import JsonObject, Registry
from ...services import find, offers
from ...settings import FoundationSettings
from ..database import refuse_open_transaction


class MailRefused(Exception):
    """The server will never take this mail: its recipient or content is refused for good (RFC 5321 5yz)."""


class SmtpTransport:
    """:class:`~esea_auth_plugin.interfaces.IMailTransport` of a real portal."""

    def __init__(self, settings: FoundationSettings) -> None:
        self._settings = settings
        # Told in EHLO; smtplib would ask the resolver otherwise, which can take half a minute.
        self._own_name = urlsplit(settings.url).hostname or "localhost"
        #: Of each thread: whether a batch is open, and its connection.
        self._batch = threading.local()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Keep one connection for the mails that this thread sends within the block."""
        self._batch.open, self._batch.server = True, None
        try:
            yield
        finally:
            self._batch.open = False
            self._close_kept()

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """See :class:`~esea_auth_plugin.interfaces.IMailTransport`; never inside a transaction."""
        refuse_open_transaction("SMTP")
        if not getattr(self._batch, "open", False):
            with self.connect() as server:
                _hand_over(server, message, sender, recipient)
            return
        reused = self._batch.server is not None
        if not reused:
            self._batch.server = self.connect()
        try:
            _hand_over(self._batch.server, message, sender, recipient)
        except (MailRefused, smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
            raise  # the connection is as good as before
        except Exception as error:
            self._close_kept()
            if not (reused and isinstance(error, smtplib.SMTPServerDisconnected)):
                raise
            # Many servers close a connection after some mails, or after a while.
            self.send(message, sender=sender, recipient=recipient)

    def _close_kept(self) -> None:
        server, self._batch.server = self._batch.server, None
        if server is not None:
            with suppress(OSError):  # smtplib's own errors are among them
                server.quit()
            server.close()

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Read once: reading the certificates of the system takes 20 ms."""
        return ssl.create_default_context()

    def connect(self) -> smtplib.SMTP:
        """Return a connection, encrypted and signed in as the settings ask. ``doctor`` calls it too.

        :raises OSError: including :class:`smtplib.SMTPException`; a server that does not offer STARTTLS is one.
        """
        own = self._settings
        common: JsonObject = {"local_hostname": self._own_name, "timeout": own.mail_timeout.total_seconds()}
        if own.mail_tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(own.mail_host, own.mail_port, context=self._context, **common)
        else:
            server = smtplib.SMTP(own.mail_host, own.mail_port, **common)
        try:
            if own.mail_tls == "starttls":
                server.starttls(context=self._context)
            if own.mail_user:
                server.login(own.mail_user, own.mail_password)
        except BaseException:
            server.close()
            raise
        return server


def transport_of(registry: Registry) -> IMailTransport:
    """Return what carries mail in this application: a published :class:`IMailTransport`, otherwise SMTP."""
    return find(registry, IMailTransport) if offers(registry, IMailTransport) else find(registry, SmtpTransport)


def _hand_over(server: smtplib.SMTP, message: EmailMessage, sender: str, recipient: str) -> None:
    try:
        server.send_message(message, from_addr=sender, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        _raise_if_final(error.recipients.get(recipient, (0, b""))[0], error)
        raise
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        _raise_if_final(error.smtp_code, error)
        raise


def _raise_if_final(code: int, error: Exception) -> None:
    """Refuse for good on 550 to 554; the other 5yz tell of our own faults (530: sign in first), worth a later try."""
    if 550 <= code <= 554:
        raise MailRefused(f"SMTP {code}") from error

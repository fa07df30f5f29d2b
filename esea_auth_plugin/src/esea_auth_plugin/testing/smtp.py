"""A real SMTP server in a thread that keeps what it receives, for tests that read the portal's mail."""

from __future__ import annotations

import email
import re
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from esea_auth_plugin.testing.processes import DEADLINE


@dataclass(frozen=True)
class ReceivedEmail:
    """One delivered mail, decoded.

    :ivar to: envelope recipient. :ivar sender: envelope sender (where bounces go).
    """

    to: str
    sender: str
    subject: str
    text: str
    html: str
    message: EmailMessage

    @property
    def links(self) -> list[str]:
        """Addresses in the plain part, in order."""
        return re.findall(r"https?://[^\s<>\"»]+", self.text)

    @property
    def code(self) -> str:
        """The six digits of a mailed code, spaces left out; a failed test if there is none."""
        found = re.search(r"(?<!\d)(\d{3}) ?(\d{3})(?!\d)", self.text)
        assert found is not None, f"no code in « {self.subject} »:\n{self.text}"
        return found[1] + found[2]


class _AnyPort(Controller):
    """Listens on the port that the system gives; aiosmtpd checks that it listens, on the port it was asked for."""

    def _trigger_server(self) -> None:
        self.port = cast(Any, self.server).sockets[0].getsockname()[1]
        cast(Any, super())._trigger_server()


class SmtpSink:
    """The server; ``host`` and ``port`` say where. Set ``refuse`` to an SMTP reply to turn mail away."""

    def __init__(self, **asks: Any) -> None:
        """:param asks: what aiosmtpd's server asks of who sends (``require_starttls``, ``authenticator``…)."""
        self.refuse: str | None = None
        #: Connections so far; each is closed by the server after so many mails, ``None``: never.
        self.connections = 0
        self.mails_per_connection: int | None = None
        self._emails: list[ReceivedEmail] = []
        self._arrived = threading.Condition()
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0, ready_timeout=DEADLINE, **asks)

    host = "127.0.0.1"

    @property
    def port(self) -> int:
        """The port the system gave."""
        server = cast(Any, self._controller.server)
        return int(server.sockets[0].getsockname()[1])

    def start(self) -> None:
        """Begin to listen."""
        cast(Any, self._controller).start()

    def stop(self) -> None:
        """Stop listening, and wait for the thread."""
        cast(Any, self._controller).stop()

    def clear(self) -> None:
        """Forget what came, and accept mail again."""
        with self._arrived:
            self._emails.clear()
            self.refuse = self.mails_per_connection = None
            self.connections = 0

    def emails(self, to: str | None = None) -> list[ReceivedEmail]:
        """Return what came, oldest first."""
        with self._arrived:
            return [letter for letter in self._emails if to is None or letter.to == to.lower()]

    def wait(self, to: str, *, subject: str = "", timeout: float = DEADLINE) -> ReceivedEmail:
        """Return the newest email for ``to`` whose subject holds ``subject``, waiting for it to arrive."""

        def newest() -> ReceivedEmail | None:
            found = [each for each in self._emails if each.to == to.lower() and subject in each.subject]
            return found[-1] if found else None

        with self._arrived:
            letter = self._arrived.wait_for(newest, timeout)
        assert letter is not None, f"no letter « {subject} » came to {to} within {timeout} s"
        return letter

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: object, session: Any, envelope: object, name: str, answers: list[str]
    ) -> list[str]:
        """Count a connection."""
        session.host_name, session.mails = name, 0
        self.connections += 1
        return answers

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Begin a mail, or close a connection that has carried its share."""
        if session.mails == self.mails_per_connection and server.transport is not None:
            server.transport.close()
            return "421 enough"
        session.mails += 1
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one message, once a recipient."""
        if self.refuse is not None:
            return self.refuse
        message = email.message_from_bytes(envelope.content, policy=default)
        with self._arrived:
            self._emails.extend(_letter(message, envelope.mail_from, to) for to in envelope.rcpt_tos)
            self._arrived.notify_all()
        return "250 OK"


def _letter(message: EmailMessage, sender: str, to: str) -> ReceivedEmail:
    return ReceivedEmail(
        to=to.lower(),
        sender=sender,
        subject=str(message["Subject"]),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        message=message,
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""

"""The demo's mail: emails go to a folder instead of a server, and ``/demo/courriels`` shows them."""

from __future__ import annotations

import email
import mailbox
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoEmail:
    """One email as it would have arrived. ``key`` names it in ``/demo/courriels/KEY``."""

    key: str
    to: str
    subject: str
    at: datetime
    text: str
    html: str

    @property
    def links(self) -> tuple[str, ...]:
        """Addresses in the plain part, in their order."""
        words = self.text.split()
        return tuple(dict.fromkeys(word.strip("<>.,;") for word in words if word.startswith(("http://", "<http://"))))


class DemoMailbox:
    """An :class:`~esea_auth_plugin.interfaces.IMailTransport` that keeps emails in a Maildir."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._box = mailbox.Maildir(path, factory=None, create=True)

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Keep the email."""
        self._box.add(mailbox.MaildirMessage(message))

    def emails(self, to: str = "") -> list[DemoEmail]:
        """Return the emails, the newest first; only those to one address if given."""
        found = [letter for key in self._box.keys() if (letter := self.received(key)) is not None]  # noqa: SIM118 - a Maildir iterates over its messages
        wanted = [letter for letter in found if not to or letter.to.lower() == to.lower()]
        return sorted(wanted, key=lambda letter: (letter.at, letter.key), reverse=True)

    def received(self, key: str) -> DemoEmail | None:
        """Return one email, ``None`` if there is none of this key."""
        if key not in self._box:
            return None
        message = email.message_from_bytes(self._box.get_bytes(key), policy=default)
        assert isinstance(message, EmailMessage)  # noqa: S101 - what the default policy makes
        return DemoEmail(
            key=key,
            to=str(message["To"]).split("<")[-1].rstrip(">"),
            subject=str(message["Subject"]),
            at=parsedate_to_datetime(str(message["Date"])),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""

"""Mechanisms of the foundation: clock, sealing, limits, mail, trail, jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

from sqlalchemy.orm import Session

from ..pyramid_types import Json


class IClock(Protocol):
    """The only source of time, so that tests can move it."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""


class ISealer(Protocol):
    """Authenticated encryption at rest, with key ids so that keys can be renewed."""

    def seal(self, clear: bytes, *, purpose: str, bound_to: str = "") -> str:
        """Return text that names its key id.

        :param purpose: key space, e.g. ``mail.values``.
        :param bound_to: row id, when text moved to another row must not
            open there. Both are bound as associated data and asked for again by :meth:`open`.
        """

    def open(self, sealed: str, *, purpose: str, bound_to: str = "") -> bytes:
        """Return the clear bytes; :class:`~esea_auth_plugin.foundation.security.sealing.SealBroken` otherwise."""

    def seal_text(self, text: str, *, purpose: str, bound_to: str) -> str:
        """Return what is stored of somebody's free text: ``""`` for none, sealed otherwise."""

    def open_text(self, stored: str, *, purpose: str, bound_to: str) -> str:
        """Return the text that :meth:`seal_text` stored."""

    def digest(self, value: str, *, purpose: str) -> str:
        """Return the keyed hash (hex) of ``value`` under the newest key: what is stored."""

    def digests(self, value: str, *, purpose: str) -> tuple[str, ...]:
        """Return the keyed hashes of ``value`` under every key, newest first: what is looked up (``IN``)."""

    def authenticate(self, value: str, *, purpose: str) -> str:
        """Return a message authentication code that names its key id: what is stored beside ``value``."""

    def authentic(self, mac: str, value: str, *, purpose: str) -> bool:
        """Tell whether :meth:`authenticate` made this code for this value and purpose, under any key of the ring.

        :raises ~esea_auth_plugin.foundation.security.sealing.SealBroken: the key is not on the ring.
        """


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` in any ``per`` for one key. ``name`` is the bucket, e.g. ``password.account``.

    :ivar kept: given, the limit is on tries in a row: ``count`` of them, each less than ``kept`` after the one before,
        bring a wait of ``per`` counted from the last.
    """

    name: str
    count: int
    per: timedelta
    kept: timedelta = timedelta(0)


class Reservation(Protocol):
    """Counts already taken, that a success gives back."""

    def give_back(self) -> None:
        """Undo the counts of this reservation (limits that count failures only)."""


class IThrottle(Protocol):
    """Limits that count across processes, on an engine of their own, and fail closed.

    Call it before the request's transaction begins.
    """

    def reserve(self, *uses: tuple[Limit, str]) -> Reservation:
        """Count one try against each (limit, key); keys are hashed at rest.

        :raises TooManyAttempts: one limit is reached; nothing else stays counted.
        :raises ServiceUnavailable: the store does not answer.
        """

    def forget(self, limit: Limit, key: str) -> None:
        """Clear one counter."""


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """What became of one email. ``kind``: its subject without its values.

    :ivar state: ``waiting``, ``sending``, ``sent``, ``given_up``, ``expired``, or ``withheld`` from an address that is
        not believed any more. :ivar error: class of the last failure, ``""`` if none.
    """

    kind: str
    state: str
    created_at: datetime
    ended_at: datetime | None
    attempts: int = 0
    error: str = ""


class IOutbox(Protocol):
    """Mail to be sent, written in the transaction of the act it tells about."""

    def post(
        self,
        session: Session,
        letter: str,
        *,
        to: str,
        values: Json,
        valid_until: datetime | None = None,
        decoy: bool = False,
    ) -> str:
        """Queue an email and return its id.

        :param email: a name declared with ``config.add_email``.
        :param to: one bare address, already validated.
        :param values: JSON-able values for its templates; sealed at rest, erased once sent or at ``valid_until``.
        :param decoy: do the same work and write the same row, but send nothing: an unknown account answers alike.
        """

    def sent_to(self, session: Session, address: str, *, most: int = 5) -> Sequence[DeliveryView]:
        """Return what became of the latest emails to an address, youngest first; one query."""


class IMailedCodes(Protocol):
    """Six digits by mail that prove a mailbox, for whatever row another package names: the sign-up's address, say."""

    def send(self, session: Session, bound_to: str, *, email: str, about: str, subject: str = "") -> bool:
        """Send a code, or another one; ``False`` within a minute of the last one, or once five tries were made.

        :param bound_to: 36 characters that name what the code is for. :param about: French, told in the email.
        """

    def sent(self, session: Session, bound_to: str) -> bool:
        """Tell whether a code was sent."""

    def check(self, session: Session, bound_to: str, typed: str) -> str:
        """Count the try, then compare: ``right`` (once), ``wrong``, ``expired`` or ``exhausted`` after five."""


class IMailTransport(Protocol):
    """What carries a finished mail away; a demo or a test publishes its own."""

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Hand one mail over; ``sender`` and ``recipient`` are the envelope's.

        :raises esea_auth_plugin.foundation.mail.transport.MailRefused: it will never be taken.
        :raises Exception: anything else is worth another try.
        """


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the outbox.

    :ivar oldest: age of the oldest email that could be sent by now, ``None`` without any.
    :ivar given_up: emails given up, or expired unsent, in the last 24 hours.
    """

    waiting: int
    oldest: timedelta | None
    given_up: int


class IMailWorker(Protocol):
    """Sends what the outbox holds; the worker calls it each second."""

    def deliver_due(self) -> int:
        """Send every email that is due, each outside any transaction; return how many were sent."""

    def backlog(self, session: Session) -> Backlog:
        """Return what waits, for those who run the portal."""


class IAuditTrail(Protocol):
    """Append-only trail of every attempt and decision."""

    def record(
        self,
        session: Session,
        action: str,
        *,
        outcome: str = "success",
        actor: str | None = None,
        target: str | None = None,
        details: Json | None = None,
        personal: Json | None = None,
    ) -> str:
        """Add one row in this transaction and return its id.

        :param action: closed vocabulary, ``package.verb`` (``sign_in.refused``, ``review.accepted``).
        :param outcome: ``success``, ``refused`` or ``error``.
        :param actor: subject of who acts, :param target: subject or reference of what is acted on.
        :param details: codes and references only. :param personal: names, addresses, IPs: sealed aside.
        """


class IJobs(Protocol):
    """Periodic jobs declared by the packages."""

    def run_due(self) -> int:
        """Run each job that is due and whose lease is free; return how many ran."""

    def ages(self, session: Session) -> Mapping[str, timedelta | None]:
        """Return the age of each job's last success, ``None`` if it never ran."""

    def failing(self, session: Session) -> Mapping[str, str]:
        """Return the jobs whose last run failed, and the name of what they raised."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What the portal shows of itself over mutual TLS: paths of PEM files."""

    certificate: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What another host answered; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class IOutbound(Protocol):
    """The one client by which the portal asks other hosts; never call it with a transaction open."""

    def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        budget: timedelta = timedelta(seconds=2),
        most_bytes: int = 512 * 1024,
        certificate: ClientCertificate | None = None,
        signed_content: bool = False,
    ) -> Fetched:
        """Ask once; redirects are answered as they are, never followed.

        :param budget: for the whole of it: name, connection, TLS, every byte.
        :param most_bytes: largest body that is read.
        :param signed_content: what comes is signed by itself (a CRL): plain http may carry it.
        :raises esea_auth_plugin.foundation.http_client.OutboundFailed: no usable answer; ``code`` says why.
        """

"""Sessions of signed-in browsers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from ..pyramid_types import PortalRequest
from .people import Factor, Proof


@dataclass(frozen=True, slots=True)
class SessionView:
    """One signed-in browser, as the store knows it."""

    id: str
    subject: str
    proofs: tuple[Proof, ...]
    created_at: datetime
    last_seen_at: datetime
    ends_at: datetime
    user_agent: str = ""
    address: str = ""
    idle: timedelta = timedelta(minutes=30)


class ISessions(Protocol):
    """The session store: opaque id in the cookie, its hash in the table, revocable at once."""

    def current(self, request: PortalRequest, session: Session | None = None) -> SessionView | None:
        """Return the live session of this browser (absolute and idle ends compared now), read once a request.

        :param session: a transaction to read in, instead of a short one of its own.
        """

    def cookie_digest(self, request: PortalRequest) -> str:
        """Return the hash of the cookie this browser sent or was just given, ``""`` without one; reads no table."""

    def owner_of_cookie(self, request: PortalRequest, session: Session) -> str | None:
        """Return whose session this browser's cookie names, live or ended since less than a day."""

    def open(
        self, request: PortalRequest, subject: str, proofs: Sequence[Proof], *, idle: timedelta | None = None
    ) -> SessionView:
        """Begin a session under a new id, end the browser's former one, set the cookie on the response.

        :param idle: it ends after so long without a page; the portal's idle timeout is the default and the longest.
        """

    def raise_with(
        self, request: PortalRequest, proofs: Sequence[Proof], *, idle: timedelta | None = None
    ) -> SessionView:
        """Add proofs to the current session under a new id (step-up); the shorter idle timeout holds."""

    def close(self, request: PortalRequest) -> None:
        """End the browser's session and clear its cookie."""

    def of_subject(self, session: Session, subject: str) -> Sequence[SessionView]:
        """Return the person's live sessions, youngest first."""

    def close_one(self, session: Session, subject: str, session_id: str) -> bool:
        """End one session of the person; ``False`` if it is not theirs or already ended."""

    def close_resting_on(self, session: Session, subject: str, authenticator: str) -> int:
        """End every session of the person that a credential opened, by whatever mode; return how many."""

    def close_all(self, session: Session, subject: str, *, but: str | None = None) -> int:
        """End every session of the person, except the one with id ``but``; return how many."""


class IProvenSignIns(Protocol):
    """Signs a person in by what they have just proven on another page than a sign-in's."""

    def sign_in(self, request: PortalRequest, session: Session, subject: str, factors: Mapping[str, Factor]) -> str:
        """Open a session under a new id and return the address to show next.

        What is due at a sign-in is due here: the account is active, the CGU are accepted.

        :param factors: what was proven, by the modes that would prove it, in the order of their stages. If one of them
            is not enabled, or the portal does not admit the last one today, nobody is signed in and the page of the
            sign-in follows.
        """


class ISavedForms(Protocol):
    """Forms sent after the session's end, kept sealed until the same person has signed in again."""

    def save_form(self, request: PortalRequest) -> None:
        """Keep what this POST sent, if its CSRF token is right and it holds no file; written even if the answer is a
        refusal."""

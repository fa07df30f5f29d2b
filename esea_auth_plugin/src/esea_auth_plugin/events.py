"""Events of the plugin, notified synchronously inside the act's transaction, before it commits.

A subscriber that raises undoes the act. What must leave the process goes through the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class AccountActivated:
    """An account became usable: its e-mail is confirmed and the support agreed."""

    session: Session
    subject: str


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """An account was suspended or closed: every session, grant and pending request of it must end."""

    session: Session
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person finished every stage of a sign-in."""

    session: Session
    subject: str
    service: str


@dataclass(frozen=True, slots=True)
class RequestDecided:
    """A reviewer decided a request (:class:`~esea_auth_plugin.interfaces.ReviewState`)."""

    session: Session
    request_id: str
    kind: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class GrantChanged:
    """A person's right to open a service was given or withdrawn."""

    session: Session
    subject: str
    service: str
    given: bool


@dataclass(frozen=True, slots=True)
class RequestEnded:
    """A request ended without a decision: withdrawn by its author, or expired. Its kind lets go of what it held."""

    session: Session
    request_id: str
    kind: str
    state: str

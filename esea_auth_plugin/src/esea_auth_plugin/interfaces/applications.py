"""Asking from code what people ask on the pages: a sign-up, access to a service.

The same rows and the same emails; the pages' throttle is the pages' own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from .catalogue import PortalService
from .people import Identity
from .reviews import ReviewView


class ISignUps(Protocol):
    """Sign-ups sent to the support."""

    def apply(
        self,
        session: Session,
        *,
        personal: Mapping[str, str],
        identifier: str,
        password_hash: str,
        services: Sequence[str],
        motive: str,
    ) -> str | None:
        """Send a sign-up whose answers were checked; return the request's id, ``None`` if the identifier is taken.

        :param personal: attributes by name, as :class:`IAccounts` takes them, with ``email``.
        """


class IAdhesions(Protocol):
    """Requests of access to a service."""

    def ask(self, session: Session, person: Identity, service: PortalService, motive: str) -> ReviewView:
        """Open a request, or complete the one that the support sent back.

        :raises PortalError: one waits already, or three were made in thirty days.
        """

    def latest(self, session: Session, subject: str, service: str) -> tuple[ReviewView, str] | None:
        """Return a person's youngest request of access to a service with its motive; ``None`` if there is none.

        :param service: slug of the service.
        """

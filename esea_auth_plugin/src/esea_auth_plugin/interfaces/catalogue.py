"""The catalogue of business services, and the rights to open them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from .people import Level, Proof, Refusal


@dataclass(frozen=True, slots=True)
class AdmittedMode:
    """A mode that a service admits, with its first and last day (both inclusive, Europe/Paris).

    :ivar homologation: reference of what makes the mode lawful here, ``""`` if the operator names none.
    """

    mode: str
    first_day: date | None = None
    last_day: date | None = None
    homologation: str = ""


@dataclass(frozen=True, slots=True)
class PortalService:
    """One business service of the catalogue (or the portal itself, slug ``portail``)."""

    slug: str
    title: str
    description: str
    audience: str
    level: Level
    modes: tuple[AdmittedMode, ...]
    address: str | None = None
    resource: str | None = None  # path inside this portal, e.g. /espace-pro
    opens_on: date | None = None
    contact: str = ""
    homologation: str = ""
    idle: timedelta | None = None  # a session opened for it ends after so long without a page; the portal's by default
    grants_proven: bool = False  # `grant = proven_identity`: opened with an account whose identity was proven


class ModeStatus(enum.StrEnum):
    """Where a mode stands for a service today."""

    OPEN = "open"
    NOT_YET = "not_yet"
    ENDED = "ended"
    NOT_ADMITTED = "not_admitted"


class ICatalogue(Protocol):
    """The services of ``services.ini``."""

    def get(self, slug: str) -> PortalService | None:
        """Return one service; ``portail`` is the portal itself."""

    def all(self) -> Sequence[PortalService]:
        """Return the business services in the file's order, the portal itself left out."""

    def status_of(self, service: PortalService, mode: str, at: datetime) -> ModeStatus:
        """Tell where a mode stands for a service at this moment."""

    def ends_at(self, service: PortalService, mode: str) -> datetime | None:
        """Return the first moment (UTC) at which the mode is over, if it ends."""

    def opens_at(self, service: PortalService) -> datetime | None:
        """Return the first moment (UTC) of the service's opening day, if it has one."""

    def admits(self, service: PortalService, proofs: Sequence[Proof], level: Level, at: datetime) -> Refusal | None:
        """Tell whether proofs of this level open the service now: least level and modes must both hold.

        FORBIDDEN before the service's opening day; STEP_UP when a higher or another proof is needed.
        """


class IGrants(Protocol):
    """Rights of people to open services."""

    def services_of(self, session: Session, subject: str) -> frozenset[str]:
        """Return the slugs of the services the person may open now."""

    def give(
        self,
        session: Session,
        subject: str,
        service: str,
        *,
        request_id: str | None,
        given_by: str,
        until: datetime | None = None,
        reason: str = "",
    ) -> None:
        """Give a grant, or prolong the one there is. :param reason: why, when no request says it; for the trail."""

    def withdraw(self, session: Session, subject: str, service: str, *, reason: str, by: str | None = None) -> bool:
        """End a grant now; ``False`` if there was none. :param by: subject of who does it, if a person does."""

    def withdraw_for_request(self, session: Session, request_id: str, *, reason: str) -> int:
        """End what one request gave."""

    def withdraw_all(self, session: Session, subject: str, *, reason: str) -> int:
        """End every grant of a person; return how many."""

    def hold(self, session: Session, subject: str, *, request_id: str) -> None:
        """Let none of the person's grants open anything until the request of this id is decided."""

    def release(self, session: Session, request_id: str, *, by: str) -> bool:
        """End what :meth:`hold` began; ``False`` if nothing was held for this request."""

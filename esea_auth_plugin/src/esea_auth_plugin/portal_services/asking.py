"""Asking for a service: one open request a person and service, three in thirty days, completed when asked to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from ..errors import PortalError
from ..events import AccountErased
from ..foundation.database import lock_accounts
from ..foundation.layout.filters import date_fr
from ..interfaces import (
    IAccounts,
    IClock,
    Identity,
    INotifications,
    IOutbox,
    IReviews,
    ISealer,
    PortalService,
    PortalSettings,
    ReviewState,
    ReviewView,
)
from ..pyramid_types import Registry, Source
from ..services import find
from .models import AccessRequest

KIND = "access_request"
MAX_REQUESTS = 3
PERIOD = timedelta(days=30)


_PURPOSE = "access_request.motive"


class TooManyRequests(PortalError):
    """Three requests for one service in thirty days."""

    code = "adhesion.too_many"
    status = 429


@dataclass(frozen=True, slots=True)
class AccessStatus:
    """Where a person stands with a service.

    :ivar review: the latest request, if any. :ivar motive: what was written in it.
    :ivar again_at: when another request may be made, if three were made in thirty days.
    """

    review: ReviewView | None = None
    motive: str = ""
    again_at: datetime | None = None

    @property
    def waiting(self) -> bool:
        """A request waits for the support."""
        return self.review is not None and self.review.state is ReviewState.OPEN

    @property
    def more_asked(self) -> bool:
        """The support waits for the person."""
        return self.review is not None and self.review.state is ReviewState.MORE_ASKED


class Adhesions:
    """Access requests of people; the reviews hold their state."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._reviews = find(registry, IReviews)
        self._clock = find(registry, IClock)

    def status_of(self, session: Session, subject: str, service: PortalService) -> AccessStatus:
        """Return where the person stands with the service."""
        mine = [one for one in self._reviews.of_author(session, subject, kind=KIND) if one.topic == service.slug]
        if not mine:
            return AccessStatus()
        asked = session.get(AccessRequest, mine[0].id)
        recent = [one.created_at for one in mine if one.created_at > self._clock.now() - PERIOD]
        again_at = recent[MAX_REQUESTS - 1] + PERIOD if len(recent) >= MAX_REQUESTS else None
        return AccessStatus(mine[0], motive_of(self._registry, asked) if asked is not None else "", again_at)

    def ask(self, session: Session, person: Identity, service: PortalService, motive: str) -> ReviewView:
        """Open a request, or complete the one that the support sent back.

        :raises PortalError: one waits already, or three were made in thirty days.
        """
        lock_accounts(self._registry, session, person.subject)
        status = self.status_of(session, person.subject, service)
        if status.more_asked and status.review is not None:
            # A form that was opened before the question came: what it says is the answer.
            return self._reviews.answered(session, status.review.id, motive)
        if status.again_at is not None:
            raise TooManyRequests(
                f"Vous avez déjà fait {MAX_REQUESTS} demandes pour ce service en 30 jours. Vous pourrez en faire une "
                f"autre à partir du {date_fr(status.again_at)}, ou écrire au support."
            )
        search = f"{person.identifier} {person.email} {service.title}"
        review = self._reviews.open(
            session,
            KIND,
            title=f"{person.display_name} – {service.title}",
            author=person.subject,
            topic=service.slug,
            search=search,
        )
        self._write(session, review, person, service, motive)
        if find(self._registry, INotifications).wants(session, person.subject, "receipts"):
            tell(self._registry, session, review, service, "received", due_on=review.due_on)
        return review

    def _write(
        self, session: Session, review: ReviewView, person: Identity, service: PortalService, motive: str
    ) -> None:
        now = self._clock.now()
        session.merge(
            AccessRequest(
                request_id=review.id,
                subject=person.subject,
                service=service.slug,
                sealed_motive=find(self._registry, ISealer).seal_text(motive, purpose=_PURPOSE, bound_to=review.id),
                terms_version=find(self._registry, PortalSettings).terms_version,
                terms_accepted_at=now,
            )
        )
        session.flush()


def motive_of(source: Source, asked: AccessRequest) -> str:
    """Return what a person wrote in a request. :param source: a registry or a request."""
    return find(source, ISealer).open_text(asked.sealed_motive, purpose=_PURPOSE, bound_to=asked.request_id)


def tell(
    registry: Registry, session: Session, review: ReviewView, service: PortalService, message: str, **values: object
) -> None:
    """Post an email about a request to its author, if there still is an account to write to."""
    account = find(registry, IAccounts).by_subject(session, review.author or "")
    if account is None:
        return
    find(registry, IOutbox).post(
        session,
        f"adhesion.{message}",
        to=account.email,
        values={
            "name": account.display_name,
            "service": service.title,
            "reference": review.reference,
            "service_url": find(registry, PortalSettings).absolute(f"/services/{service.slug}"),
            "form_url": find(registry, PortalSettings).absolute(f"/services/{service.slug}/adhesion"),
            **values,
        },
    )


def wipe_motives(event: AccountErased) -> None:
    """Subscriber: what an erased person wrote goes; that they asked stays for its period, and names nobody."""
    mine = AccessRequest.subject == event.subject
    event.session.execute(update(AccessRequest).where(mine).values(sealed_motive=""))

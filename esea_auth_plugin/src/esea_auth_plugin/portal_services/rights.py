"""Rights given and withdrawn by hand: what the support does when no request says it (a departure, a stand-in).

Each act is in the trail with its author and its reason, and the person is told by mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import PortalError
from ..interfaces import (
    AccountState,
    AccountView,
    IAccounts,
    ICatalogue,
    IGrants,
    IOutbox,
    IReviews,
    PortalService,
    PortalSettings,
)
from ..pyramid_types import Registry
from ..services import current_time, find
from .catalogue import PARIS, day_begins
from .grants import ended_reason_of
from .models import AccessGrant

#: Ended rights shown: enough to understand somebody's history on one page.
MAX_ENDED = 50
OWN = "Ces droits sont les vôtres : une autre personne de l'équipe doit s'en occuper."


class RightRefused(PortalError):
    """The right can't be given or withdrawn as asked."""

    code = "right.refused"
    status = 409


@dataclass(frozen=True, slots=True)
class Right:
    """One right of one person, as the support reads it.

    :ivar last_day: inclusive, ``None`` without end. :ivar given_by: a name, or « demande DEM-… ».
    """

    service: str
    title: str
    since: datetime
    last_day: date | None
    given_by: str
    ended_at: datetime | None = None
    ended_reason: str = ""


class Rights:
    """What the support sees and does about the rights of one account."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def of(self, session: Session, subject: str) -> tuple[Sequence[Right], Sequence[Right]]:
        """Return the rights that hold now, and those that ended, youngest first. Three queries, however many rows."""
        now = current_time(self._registry)
        rows = session.scalars(
            select(AccessGrant)
            .where(AccessGrant.subject == subject)
            .order_by(AccessGrant.valid_from.desc(), AccessGrant.id)
            .limit(200)
        ).all()
        givers = find(self._registry, IAccounts).by_subjects(session, sorted({row.given_by for row in rows}))
        requests = {one.id: one.reference for one in find(self._registry, IReviews).of_author(session, subject)}
        held: list[Right] = []
        ended: list[Right] = []
        for row in rows:
            over = row.ended_at is not None or (row.valid_until is not None and row.valid_until <= now)
            (ended if over else held).append(self._right(row, givers, requests))
        return held, ended[:MAX_ENDED]

    def give(
        self, session: Session, account: AccountView, slug: str, *, by: str, reason: str, last_day: date | None
    ) -> PortalService:
        """Give a right until the end of a day (or without end), and tell the person.

        :raises RightRefused: the account is not active, it is the giver's own, or the day is over.
        """
        service = self._service(slug)
        if account.state is not AccountState.ACTIVE:
            raise RightRefused("Ce compte n'est pas actif : aucun droit ne peut lui être donné.")
        _not_ones_own(account, by)
        until = day_begins(last_day + timedelta(days=1)) if last_day is not None else None
        if until is not None and until <= current_time(self._registry):
            raise RightRefused("Ce dernier jour est déjà passé.")
        find(self._registry, IGrants).give(
            session, account.subject, slug, request_id=None, given_by=by, until=until, reason=reason
        )
        self._notify(session, account, service, "given", reason, last_day)
        return service

    def withdraw(self, session: Session, account: AccountView, slug: str, *, by: str, reason: str) -> None:
        """End a right now, and tell the person.

        :raises RightRefused: there is none (any more), or it is one's own.
        """
        _not_ones_own(account, by)
        if not find(self._registry, IGrants).withdraw(session, account.subject, slug, reason=reason, by=by):
            raise RightRefused("Ce droit a déjà pris fin : rien n'a été modifié.")
        self._notify(session, account, find(self._registry, ICatalogue).get(slug) or slug, "withdrawn", reason, None)

    def _right(self, row: AccessGrant, givers: Any, requests: dict[str, str]) -> Right:
        service = find(self._registry, ICatalogue).get(row.service)
        giver = givers.get(row.given_by)
        name = giver.display_name if giver is not None else "le portail"
        if row.request_id in requests:
            name = f"{name}, demande {requests[row.request_id]}"
        return Right(
            service=row.service,
            title=service.title if service is not None else row.service,
            since=row.valid_from,
            last_day=_last_day(row.valid_until),
            given_by=name,
            ended_at=row.ended_at or row.valid_until,
            ended_reason=ended_reason_of(self._registry, row),
        )

    def _service(self, slug: str) -> PortalService:
        service = find(self._registry, ICatalogue).get(slug)
        if service is None or service not in find(self._registry, ICatalogue).all():
            raise RightRefused("Ce service n'est pas au catalogue du portail.")
        return service

    def _notify(
        self,
        session: Session,
        account: AccountView,
        service: PortalService | str,
        message: str,
        reason: str,
        last_day: date | None,
    ) -> None:
        title = service if isinstance(service, str) else service.title
        slug = service if isinstance(service, str) else service.slug
        values = {
            "name": account.display_name,
            "service": title,
            "reason": reason,
            "last_day": last_day,
            "service_url": find(self._registry, PortalSettings).absolute(f"/services/{slug}"),
        }
        find(self._registry, IOutbox).post(session, f"right.{message}", to=account.email, values=values)


def _not_ones_own(account: AccountView, by: str) -> None:
    # The same rule as for requests: nobody decides about themselves.
    if account.subject == by:
        raise RightRefused(OWN)


def _last_day(until: datetime | None) -> date | None:
    """Return the last day on which a right holds, in Europe/Paris."""
    return (until - timedelta(microseconds=1)).astimezone(PARIS).date() if until is not None else None

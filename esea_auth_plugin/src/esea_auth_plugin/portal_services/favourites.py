"""Favourite services: who has many puts first those that they open each day."""

from __future__ import annotations

from datetime import datetime

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..foundation.database import lock_accounts
from ..interfaces import IAccountRoot
from ..pyramid_types import PortalRequest
from ..resources import Resource
from ..services import current_time
from .models import FavouriteService


def favourites_of(session: Session, subject: str) -> frozenset[str]:
    """Return the slugs of the person's favourites."""
    return frozenset(session.scalars(select(FavouriteService.service).where(FavouriteService.subject == subject)))


def put(session: Session, subject: str, service: str, *, first: bool, at: datetime) -> None:
    """Make a service a favourite, or no longer; twice is once."""
    session.execute(
        delete(FavouriteService).where(FavouriteService.subject == subject, FavouriteService.service == service)
    )
    if first:
        session.add(FavouriteService(subject=subject, service=service, at=at))
    session.flush()


@view_config(context=IAccountRoot, name="favori", request_method="POST", permission="esea.account.change")
def toggled(context: Resource, request: PortalRequest) -> HTTPSeeOther:
    """Put a service first, or back in its place; only one that the person may open."""
    slug, first = request.POST.get("service", ""), request.POST.get("favori") == "oui"
    if slug in request.identity.services:
        lock_accounts(request, request.dbsession, request.identity.subject)
        put(request.dbsession, request.identity.subject, slug, first=first, at=current_time(request))
        request.flash("Ce service est parmi vos favoris." if first else "Ce service n’est plus parmi vos favoris.")
    return HTTPSeeOther("/compte")

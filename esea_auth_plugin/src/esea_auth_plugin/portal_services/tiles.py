"""What the services put on « Mon compte »: a tile for each service one may open, and one for the others."""

from __future__ import annotations

from collections.abc import Sequence

from ..interfaces import ICatalogue, Tile
from ..pyramid_types import PortalRequest, current_identity
from ..services import find
from .favourites import favourites_of


def service_tiles(request: PortalRequest) -> Sequence[Tile]:
    """Return the tiles of the person who is signed in; they cost one query, for the favourites."""
    if current_identity(request) is None:
        return ()
    held = request.identity.services
    first = favourites_of(request.dbsession, request.identity.subject) if held else frozenset()
    tiles = [
        Tile(
            service.title,
            f"/services/{service.slug}",
            service.description,
            order=10 + place,
            service=service.slug,
            favourite=service.slug in first,
        )
        for place, service in enumerate(find(request, ICatalogue).all())
        if service.slug in held
    ]
    return [
        *tiles,
        Tile("Autres services", "/services", "Découvrir les services du portail et en demander l'accès.", order=80),
    ]

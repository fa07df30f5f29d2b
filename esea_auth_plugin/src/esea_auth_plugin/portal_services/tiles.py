"""What the services put on « Mon compte »: a tile for each service one may open, and one for one's requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..interfaces import ICatalogue, Tile
from ..services import find


def service_tiles(request: Any) -> Sequence[Tile]:
    """Return the tiles of the person who is signed in; they cost no query."""
    if request.identity is None:
        return ()
    held = request.identity.services
    tiles = [
        Tile(service.title, f"/services/{service.slug}", service.description, order=10 + place)
        for place, service in enumerate(find(request, ICatalogue).all())
        if service.slug in held
    ]
    return [
        *tiles,
        Tile("Autres services", "/services", "Découvrir les services du portail et en demander l'accès.", order=80),
        Tile("Mes demandes", "/compte/demandes", "Où en sont vos demandes d'accès.", order=85),
    ]

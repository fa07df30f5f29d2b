"""What « Mon compte » shows of the two steps, until they are done."""

from __future__ import annotations

from collections.abc import Sequence

from esea_auth_plugin.foundation.layout.filters import date_fr
from esea_auth_plugin.interfaces import Tile
from esea_auth_plugin.pyramid_types import PortalRequest, current_identity
from esea_auth_plugin.services import find

from ..interfaces import SERVICE, IRegistrations, Step


def tiles(request: PortalRequest) -> Sequence[Tile]:
    """Return one tile that tells both steps, for who has begun and is not admitted yet."""
    if current_identity(request) is None:
        return ()
    steps = find(request, IRegistrations).steps(request.dbsession, request.identity, request.own_requests)
    begun = SERVICE in request.identity.services or any(step.on is not None for step in steps)
    if not begun or all(step.tone == "done" for step in steps):
        return ()
    return (Tile("Votre accès à l'Espace Pro", "/espace-pro", line(steps), order=40),)


def line(steps: Sequence[Step]) -> str:
    """Return the two steps in one line of text."""
    return " · ".join(
        f"Étape {step.number}/2 {step.title[:1].lower()}{step.title[1:]} ({step.team}) : {step.state}"
        + (f", le {date_fr(step.on, 'short')}" if step.on is not None else "")
        for step in steps
    )

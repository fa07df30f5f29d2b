"""« Confirmez que c'est vous »: which of a person's modes prove enough for a change, which do not, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..authentication.access.maximum_level import reach_of
from ..authentication.access.top_level import wanted_level
from ..authentication.contract import AuthMode
from ..authentication.credentials.usable import usable_of
from ..pyramid_types import PortalRequest
from .offers import Offer


@dataclass(frozen=True, slots=True)
class StepUp:
    """What the page of a step-up shows.

    :ivar enough: the modes that would do now. :ivar blocked: they would do, and are suspended.
    :ivar too_weak: the person could sign in with them; for this they are too little.
    :ivar restoring: what stands for a lost device.
    """

    enough: Sequence[Offer]
    blocked: Sequence[AuthMode]
    too_weak: Sequence[AuthMode]
    restoring: Sequence[AuthMode]


def step_up_of(request: PortalRequest, subject: str, offered: Sequence[Offer]) -> StepUp:
    """Sort a person's modes by whether they prove what a change of the account asks for."""
    wanted = wanted_level(request, subject)
    usable = usable_of(request.registry, request.dbsession, subject)
    shown = {offer.mode.name for offer in offered}
    return StepUp(
        enough=[offer for offer in offered if offer.mode in usable.modes and reach_of(offer.mode) >= wanted],
        blocked=[mode for mode in usable.suspended if mode.name in shown and reach_of(mode) >= wanted],
        too_weak=[mode for mode in usable.modes if mode.name in shown and reach_of(mode) < wanted],
        restoring=[mode for mode in usable.modes if mode.restores],
    )

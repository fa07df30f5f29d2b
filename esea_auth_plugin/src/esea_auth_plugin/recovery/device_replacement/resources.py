"""Resources of who lost their device: `/connexion/nouveau-dispositif`, and one below it for each mode."""

from __future__ import annotations

from ...authentication.contract import AuthMode, Capability
from ...authentication.credentials.resources import POLL
from ...authentication.registry import modes_of
from ...interfaces import Level
from ...levels import level_of_factors
from ...pyramid_types import PortalRequest
from ...resources import Resource


def may_replace(mode: AuthMode) -> bool:
    """Tell whether a credential of this mode may take the place of a lost one.

    Another authority's would have to be judged at the account's top level, printed codes stand for a device, and what
    rests on another mode's credentials (a QR code) is added there.
    """
    own = Capability.ENROLS in mode.capabilities and bool(mode.enrolment.title)
    strong = level_of_factors({*mode.factors, *mode.after}) >= Level.TWO_FACTORS
    return own and strong and not mode.external and not mode.callbacks and not mode.rests_on


class NewDeviceResource(Resource):
    """`/connexion/nouveau-dispositif`."""

    title = "Ajouter un nouveau dispositif"

    def child(self, key: str) -> Resource:
        """Return the place of a mode that may replace a device."""
        mode = modes_of(self.request).at(key)
        if mode is None or not may_replace(mode):
            raise KeyError(key)
        return NewDeviceMode(self.request, self, key, mode)


class NewDeviceMode(Resource):
    """Adding a credential of one mode with a ticket."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, mode: AuthMode) -> None:
        super().__init__(request, parent, name)
        self.mode = mode

    def child(self, key: str) -> Resource:
        """Return the place of an action of the mode's enrolment."""
        if key == POLL:
            return NewDevicePoll(self.request, self, key)
        if key in self.mode.enrolment.actions:
            return NewDeviceAction(self.request, self, key)
        raise KeyError(key)


class NewDeviceAction(Resource):
    """`/connexion/nouveau-dispositif/SEGMENT/ACTION`: a POST of the mode's own."""


class NewDevicePoll(Resource):
    """`/connexion/nouveau-dispositif/SEGMENT/attente`: asked by a page that waits."""

"""Resources of the devices: the list, what is being added, one credential."""

from __future__ import annotations

from ...pyramid_types import PortalRequest
from ...resources import Resource
from ..contract import AuthMode, Capability
from ..registry import modes_of

POLL = "attente"


def enrolling(request: PortalRequest, segment: str) -> AuthMode:
    """Return the enabled mode at this segment whose credentials people add themselves; ``KeyError`` otherwise."""
    mode = modes_of(request).at(segment)
    if mode is None or Capability.ENROLS not in mode.capabilities:
        raise KeyError(segment)
    return mode


class DevicesResource(Resource):
    """The devices of the person who is signed in."""

    title = "Mes dispositifs"

    def child(self, key: str) -> Resource:
        """Return what is being added, or the credentials of a mode."""
        if key == "ajouter":
            return AddResource(self.request, self, key)
        return ModeDevicesResource(self.request, self, key, enrolling(self.request, key))


class AddResource(Resource):
    """Not a page: what can be added hangs below."""

    def child(self, key: str) -> Resource:
        """Return the enrolment of a mode."""
        return EnrolResource(self.request, self, key, enrolling(self.request, key))


class EnrolResource(Resource):
    """Adding a credential of one mode."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, mode: AuthMode) -> None:
        super().__init__(request, parent, name)
        self.mode = mode
        self.title = mode.enrolment.title

    def child(self, key: str) -> Resource:
        """Return the place of an action of the mode's enrolment."""
        if key == POLL:
            return EnrolPollResource(self.request, self, key)
        if key in self.mode.enrolment.actions:
            return EnrolActionResource(self.request, self, key)
        raise KeyError(key)


class EnrolActionResource(Resource):
    """`/compte/dispositifs/ajouter/SEGMENT/ACTION`: a POST of the mode's own."""


class EnrolPollResource(Resource):
    """`/compte/dispositifs/ajouter/SEGMENT/attente`: asked by a page that waits."""


class ModeDevicesResource(Resource):
    """Not a page: the credentials of one mode hang below."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, mode: AuthMode) -> None:
        super().__init__(request, parent, name)
        self.mode = mode

    def child(self, key: str) -> Resource:
        """Return the place of a credential, right or wrong; the view answers 404 for one that is not the person's."""
        return DeviceResource(self.request, self, key, self.mode)


class DeviceResource(Resource):
    """One credential; ``__name__`` is the mode's reference of it."""

    title = "Dispositif"

    def __init__(self, request: PortalRequest, parent: Resource, name: str, mode: AuthMode) -> None:
        super().__init__(request, parent, name)
        self.mode = mode

"""Places of a reviewing desk: `/support`, `/support/adhesions`, `/support/adhesions/DEM-7K3M-Q2XF`."""

from __future__ import annotations

from ...interfaces import RequestKind
from ...pyramid_types import PortalRequest
from ...resources import Resource
from ..security.tokens import read_reference
from .declared import Desk, kinds_of_desk


class DeskPlace(Resource):
    """A desk; its children are its queues, and what other rooms hang here."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, desk: Desk) -> None:
        super().__init__(request, parent, name)
        self.desk = desk
        self.title = desk.title

    def child(self, key: str) -> Resource:
        """Return a queue by the last segment of its address."""
        for kind in kinds_of_desk(self.request, self.desk.name):
            if kind.queue == key:
                return QueuePlace(self.request, self, key, self.desk, kind)
        raise KeyError(key)


class QueuePlace(Resource):
    """A queue; its children are requests by reference."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, desk: Desk, kind: RequestKind) -> None:
        super().__init__(request, parent, name)
        self.desk = desk
        self.kind = kind
        self.title = kind.queue_title

    def child(self, key: str) -> Resource:
        """Return a request's place, whether there is one or not: the view judges."""
        reference = read_reference(key)
        if reference != key:
            raise KeyError(key)  # one spelling an address
        return ReviewPlace(self.request, self, key, self.desk, self.kind)


class ReviewPlace(Resource):
    """A request's page."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, desk: Desk, kind: RequestKind) -> None:
        super().__init__(request, parent, name)
        self.desk = desk
        self.kind = kind
        self.title = name

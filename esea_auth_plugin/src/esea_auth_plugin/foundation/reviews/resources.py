"""Resources of a reviewing review board: `/support`, `/support/adhesions`, `/support/adhesions/DEM-7K3M-Q2XF`."""

from __future__ import annotations

from ...interfaces import RequestKind
from ...pyramid_types import PortalRequest
from ...resources import Resource
from ..security.tokens import read_reference
from .declared import ReviewBoard, kinds_of_board


class ReviewBoardResource(Resource):
    """A review board; its children are its queues, and what other packages hang here."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, board: ReviewBoard) -> None:
        super().__init__(request, parent, name)
        self.board = board
        self.title = board.title

    def child(self, key: str) -> Resource:
        """Return a queue by the last segment of its address."""
        for kind in kinds_of_board(self.request, self.board.name):
            if kind.queue == key:
                return QueueResource(self.request, self, key, self.board, kind)
        raise KeyError(key)


class QueueResource(Resource):
    """A queue; its children are requests by reference."""

    def __init__(
        self, request: PortalRequest, parent: Resource, name: str, board: ReviewBoard, kind: RequestKind
    ) -> None:
        super().__init__(request, parent, name)
        self.board = board
        self.kind = kind
        self.title = kind.queue_title

    def child(self, key: str) -> Resource:
        """Return a request's place, whether there is one or not: the view judges."""
        reference = read_reference(key)
        if reference != key:
            raise KeyError(key)  # one spelling an address
        return ReviewResource(self.request, self, key, self.board, self.kind)


class ReviewResource(Resource):
    """A request's page."""

    def __init__(
        self, request: PortalRequest, parent: Resource, name: str, board: ReviewBoard, kind: RequestKind
    ) -> None:
        super().__init__(request, parent, name)
        self.board = board
        self.kind = kind
        self.title = name

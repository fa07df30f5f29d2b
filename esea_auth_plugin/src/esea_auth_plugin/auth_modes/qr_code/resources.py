"""Resources of the telephone: ``/qr`` (a code is typed) and ``/qr/CODE`` (a code was read), the same for any code."""

from __future__ import annotations

from ...authentication.registry import modes_of
from ...pyramid_types import PortalRequest
from ...resources import Resource
from . import codes
from .words import MODE


class QrResource(Resource):
    """See :class:`QrResource`; there while the mode is enabled."""

    title = "QR code"

    def __init__(self, request: PortalRequest, parent: Resource, name: str) -> None:
        super().__init__(request, parent, name)
        if modes_of(request).get(MODE) is None:
            raise KeyError(name)

    def child(self, key: str) -> Resource:
        """Return a place for any code that is well formed, live or not: the view judges it."""
        code = codes.read(key)
        if code is None:
            raise KeyError(key)
        return QrCodeResource(self.request, self, key, code)


class QrCodeResource(Resource):
    """`/qr/CODE`: what a workstation asks."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, code: str) -> None:
        super().__init__(request, parent, name)
        self.code = code

    def child(self, key: str) -> Resource:
        """Return the place of an act."""
        return _ACTS[key](self.request, self, key)


class QrApprove(Resource):
    """`/qr/CODE/approuver`: the signature that approves."""


class QrRefuse(Resource):
    """`/qr/CODE/refuser`."""


class QrReport(Resource):
    """`/qr/CODE/signaler`: « Ce n’est pas moi »."""


class QrKey(Resource):
    """`/qr/CODE/cle`: the key that the telephone made."""


_ACTS: dict[str, type[Resource]] = {
    "approuver": QrApprove,
    "refuser": QrRefuse,
    "signaler": QrReport,
    "cle": QrKey,
}

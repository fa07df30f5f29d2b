"""Places of the telephone: ``/qr`` (a code is typed) and ``/qr/CODE`` (a code was read). Looking up judges nothing."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface, implementer

from ...authentication.registry import modes_of
from ...resources import Resource
from . import codes
from .words import MODE


class IQrPlace(Interface):
    """`/qr`: « Saisir un code »."""


class IQrCode(Interface):
    """`/qr/CODE`: what a workstation asks."""


class IQrApprove(Interface):
    """`/qr/CODE/approuver`: the signature that approves."""


class IQrRefuse(Interface):
    """`/qr/CODE/refuser`."""


class IQrReport(Interface):
    """`/qr/CODE/signaler`: « Ce n’est pas moi »."""


class IQrKey(Interface):
    """`/qr/CODE/cle`: the key that the telephone made."""


@implementer(IQrPlace)
class QrPlace(Resource):
    """See :class:`IQrPlace`; there while the mode is enabled."""

    title = "QR code"

    def __init__(self, request: Any, parent: Any, name: str) -> None:
        super().__init__(request, parent, name)
        if modes_of(request).get(MODE) is None:
            raise KeyError(name)

    def child(self, key: str) -> Any:
        """Return a place for any code that is well formed, live or not: the view judges it."""
        code = codes.read(key)
        if code is None:
            raise KeyError(key)
        return QrCodePlace(self.request, self, key, code)


@implementer(IQrCode)
class QrCodePlace(Resource):
    """See :class:`IQrCode`."""

    def __init__(self, request: Any, parent: Any, name: str, code: str) -> None:
        super().__init__(request, parent, name)
        self.code = code

    def child(self, key: str) -> Any:
        """Return the place of an act."""
        return _ACTS[key](self.request, self, key)


@implementer(IQrApprove)
class QrApprove(Resource):
    """See :class:`IQrApprove`."""


@implementer(IQrRefuse)
class QrRefuse(Resource):
    """See :class:`IQrRefuse`."""


@implementer(IQrReport)
class QrReport(Resource):
    """See :class:`IQrReport`."""


@implementer(IQrKey)
class QrKey(Resource):
    """See :class:`IQrKey`."""


_ACTS: dict[str, type[Resource]] = {
    "approuver": QrApprove,
    "refuser": QrRefuse,
    "signaler": QrReport,
    "cle": QrKey,
}

"""`/compte/fermer`."""

from __future__ import annotations

from zope.interface import Interface, implementer

from ...resources import Resource


class IClosePlace(Interface):
    """`/compte/fermer`."""


@implementer(IClosePlace)
class ClosePlace(Resource):
    """See :class:`IClosePlace`."""

    title = "Fermer mon compte"

"""`/compte/fermer`."""

from __future__ import annotations

from ...resources import Resource


class ClosePlace(Resource):
    """See :class:`ClosePlace`."""

    title = "Fermer mon compte"

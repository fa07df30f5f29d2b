"""`/compte/fermer`."""

from __future__ import annotations

from ...resources import Resource


class CloseResource(Resource):
    """`/compte/fermer`."""

    title = "Fermer mon compte"

"""The hub of « Mon compte »: `/compte/gestion`."""

from __future__ import annotations

from ..resources import Resource


class HubResource(Resource):
    """« Gérer mon compte »: everything one may do with one's account, a sentence each."""

    title = "Gérer mon compte"

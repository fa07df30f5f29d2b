"""Resources of an e-mail change: `/compte/courriel`, and what the former address is mailed."""

from __future__ import annotations

from ...resources import Resource


class EmailResource(Resource):
    """`/compte/courriel`."""

    title = "Modifier mon adresse électronique"


class UndoToken(Resource):
    """A token as it stands in the address; the view judges it."""


class UndoResource(Resource):
    """`/adresse-precedente`: the change taken back, once the token has left the address."""

    title = "Annuler un changement d’adresse"

    def child(self, key: str) -> Resource:
        """Return a place for any token: an unknown one is judged at its use."""
        return UndoToken(self.request, self, key)

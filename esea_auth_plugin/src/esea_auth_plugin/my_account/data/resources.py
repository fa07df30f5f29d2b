"""`/compte/mes-donnees`."""

from __future__ import annotations

from ...resources import Resource


class DataPlace(Resource):
    """`/compte/mes-donnees`."""

    title = "Télécharger mes données"

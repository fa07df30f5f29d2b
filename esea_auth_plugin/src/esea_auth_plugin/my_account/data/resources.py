"""`/compte/mes-donnees`."""

from __future__ import annotations

from ...resources import Resource


class DataResource(Resource):
    """`/compte/mes-donnees`."""

    title = "Télécharger mes données"

"""`/compte/mes-donnees`."""

from __future__ import annotations

from ...resources import Resource


class DataPlace(Resource):
    """See :class:`DataPlace`."""

    title = "Télécharger mes données"

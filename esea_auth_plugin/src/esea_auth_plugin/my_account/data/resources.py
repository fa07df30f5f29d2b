"""`/compte/mes-donnees`."""

from __future__ import annotations

from zope.interface import Interface, implementer

from ...resources import Resource


class IDataPlace(Interface):
    """`/compte/mes-donnees`."""


@implementer(IDataPlace)
class DataPlace(Resource):
    """See :class:`IDataPlace`."""

    title = "Télécharger mes données"

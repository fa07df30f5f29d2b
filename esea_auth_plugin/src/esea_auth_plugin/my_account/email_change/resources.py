"""Places of an e-mail change: `/compte/courriel`, and what the former address is mailed."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface, implementer

from ...resources import Resource


class IEmailPlace(Interface):
    """`/compte/courriel`."""


class IUndoPlace(Interface):
    """`/adresse-precedente`: the change taken back, once the token has left the address."""


class IUndoToken(Interface):
    """`/adresse-precedente/JETON`."""


@implementer(IEmailPlace)
class EmailPlace(Resource):
    """See :class:`IEmailPlace`."""

    title = "Modifier mon adresse électronique"


@implementer(IUndoToken)
class UndoToken(Resource):
    """A token as it stands in the address; the view judges it."""


@implementer(IUndoPlace)
class UndoPlace(Resource):
    """See :class:`IUndoPlace`."""

    title = "Annuler un changement d’adresse"

    def child(self, key: str) -> Any:
        """Return a place for any token: an unknown one is judged at its use."""
        return UndoToken(self.request, self, key)

"""Places of the mailed link: `/compte/dispositifs/confirmation` and one below it for a token."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface, implementer

from ....resources import Resource

#: Name of the view that removes the device; no token is so short.
REFUSE_VIEW = "refuser"


class IConfirmPlace(Interface):
    """`/compte/dispositifs/confirmation`: what waits, once the token has left the address."""


class IConfirmToken(Interface):
    """`/compte/dispositifs/confirmation/JETON`: what the mailed link opens."""


@implementer(IConfirmToken)
class ConfirmToken(Resource):
    """A token as it stands in the address; whoever it is, the view judges it."""


@implementer(IConfirmPlace)
class ConfirmPlace(Resource):
    """See :class:`IConfirmPlace`."""

    title = "Confirmer un dispositif"

    def child(self, key: str) -> Any:
        """Return a place for any token: an unknown one is judged at its use, not while it is looked up."""
        if key == REFUSE_VIEW:
            raise KeyError(key)
        return ConfirmToken(self.request, self, key)

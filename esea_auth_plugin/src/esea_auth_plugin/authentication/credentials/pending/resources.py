"""Resources of the mailed link: `/compte/dispositifs/confirmation` and one below it for a token."""

from __future__ import annotations

from ....resources import Resource

#: Name of the view that removes the device; no token is so short.
REFUSE_VIEW = "refuser"


class ConfirmToken(Resource):
    """A token as it stands in the address; whoever it is, the view judges it."""


class ConfirmResource(Resource):
    """`/compte/dispositifs/confirmation`: what waits, once the token has left the address."""

    title = "Confirmer un dispositif"

    def child(self, key: str) -> Resource:
        """Return a place for any token: an unknown one is judged at its use, not while it is looked up."""
        if key == REFUSE_VIEW:
            raise KeyError(key)
        return ConfirmToken(self.request, self, key)

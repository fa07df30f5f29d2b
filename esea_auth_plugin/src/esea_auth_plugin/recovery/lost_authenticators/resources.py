"""Resources of the mailed link: `/connexion/retrouver` and `/connexion/retrouver/JETON`."""

from __future__ import annotations

from ...resources import Resource


class RegainToken(Resource):
    """A token as it stands in the address; whoever it is, the view judges it."""


class RegainResource(Resource):
    """`/connexion/retrouver`: a new password, then a new device, once the token has left the address."""

    title = "Retrouver l’accès à mon compte"

    def child(self, key: str) -> Resource:
        """Return a place for any token: an unknown one is judged at its use, not while it is looked up."""
        return RegainToken(self.request, self, key)

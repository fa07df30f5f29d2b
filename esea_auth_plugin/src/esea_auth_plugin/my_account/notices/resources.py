"""Resources of the notices: the mailed link, and « Notifications » under « Mon compte »."""

from __future__ import annotations

from ...resources import Resource

#: Name of the view that ends the sessions only; no token is so short.
SESSIONS_VIEW = "fermer"


class ContestToken(Resource):
    """A token as it stands in the address; whoever it is, the view judges it."""


class ContestResource(Resource):
    """`/signalement`: « Ce n'était pas moi », once the token has left the address."""

    title = "Ce n’était pas moi"

    def child(self, key: str) -> Resource:
        """Return a place for any token: an unknown one is judged at its use."""
        if key == SESSIONS_VIEW:
            raise KeyError(key)
        return ContestToken(self.request, self, key)


class NotificationsResource(Resource):
    """`/compte/notifications`."""

    title = "Notifications"

"""Places of the notices: the mailed link, and « Notifications » under « Mon compte »."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface, implementer

from ...resources import Resource


class IContestPlace(Interface):
    """`/signalement`: « Ce n'était pas moi », once the token has left the address."""


class IContestToken(Interface):
    """`/signalement/JETON`: what the mailed link opens."""


class INotificationsPlace(Interface):
    """`/compte/notifications`."""


@implementer(IContestToken)
class ContestToken(Resource):
    """A token as it stands in the address; whoever it is, the view judges it."""


@implementer(IContestPlace)
class ContestPlace(Resource):
    """See :class:`IContestPlace`."""

    title = "Ce n’était pas moi"

    def child(self, key: str) -> Any:
        """Return a place for any token: an unknown one is judged at its use."""
        return ContestToken(self.request, self, key)


@implementer(INotificationsPlace)
class NotificationsPlace(Resource):
    """See :class:`INotificationsPlace`."""

    title = "Notifications"

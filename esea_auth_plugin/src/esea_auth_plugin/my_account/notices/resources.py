"""Resources of the notices: the mailed link, and « Notifications » under « Mon compte »."""

from __future__ import annotations

from ...foundation.mailed_link import MailedLink
from ...resources import Resource

#: Name of the view that ends the sessions only; no token is so short.
SESSIONS_VIEW = "fermer"


class ContestResource(MailedLink):
    """`/signalement`: « Ce n'était pas moi », once the token has left the address."""

    title = "Ce n’était pas moi"
    cookie = "signalement"
    views = frozenset({SESSIONS_VIEW})


class NotificationsResource(Resource):
    """`/compte/notifications`."""

    title = "Notifications"

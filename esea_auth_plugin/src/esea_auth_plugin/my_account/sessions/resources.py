"""`/compte/sessions`."""

from __future__ import annotations

from ...resources import Resource


class SessionsPlace(Resource):
    """See :class:`SessionsPlace`."""

    title = "Mes sessions"

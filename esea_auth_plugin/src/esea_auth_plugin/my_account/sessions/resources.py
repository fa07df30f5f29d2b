"""`/compte/sessions`."""

from __future__ import annotations

from ...resources import Resource


class SessionsPlace(Resource):
    """`/compte/sessions`."""

    title = "Mes sessions"

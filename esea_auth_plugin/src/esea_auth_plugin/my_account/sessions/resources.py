"""`/compte/sessions`."""

from __future__ import annotations

from ...resources import Resource


class SessionsResource(Resource):
    """`/compte/sessions`."""

    title = "Mes sessions"

"""`/compte/activite`."""

from __future__ import annotations

from ...resources import Resource


class ActivityResource(Resource):
    """`/compte/activite`."""

    title = "Mon activité"

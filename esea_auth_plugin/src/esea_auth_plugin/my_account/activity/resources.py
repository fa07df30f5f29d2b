"""`/compte/activite`."""

from __future__ import annotations

from ...resources import Resource


class ActivityPlace(Resource):
    """See :class:`ActivityPlace`."""

    title = "Mon activité"

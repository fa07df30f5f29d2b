"""Places of linking: what was just read, and the page that links it."""

from __future__ import annotations

from ...resources import Resource


class IdentityPlace(Resource):
    """See :class:`IdentityPlace`."""

    title = "Identité lue"


class LinkPlace(Resource):
    """See :class:`LinkPlace`."""

    title = "Lier à mon compte"

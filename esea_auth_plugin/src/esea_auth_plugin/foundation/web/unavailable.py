"""The tween around everything that opens the database: an outage that no exception view saw is a 503 page too.

Deferred writes and the end of a transaction run outside the views; without this the server's bare 500 would answer.
"""

from __future__ import annotations

from pyramid.response import Response

from ...pyramid_types import Handler, PortalRequest, Registry
from ..database.availability import DATABASE_ERRORS, is_unavailable
from ..layout.errors import database_away


def unavailable_tween(handler: Handler, registry: Registry) -> Handler:
    """Return the tween around ``handler``."""

    def unavailable(request: PortalRequest) -> Response:
        try:
            return handler(request)
        except DATABASE_ERRORS as error:
            if not is_unavailable(error):
                raise
            return database_away(error, request)

    return unavailable

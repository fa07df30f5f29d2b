"""`/compte/sessions`."""

from __future__ import annotations

from zope.interface import Interface, implementer

from ...resources import Resource


class ISessionsPlace(Interface):
    """`/compte/sessions`."""


@implementer(ISessionsPlace)
class SessionsPlace(Resource):
    """See :class:`ISessionsPlace`."""

    title = "Mes sessions"

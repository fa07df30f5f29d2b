"""`/compte/activite`."""

from __future__ import annotations

from zope.interface import Interface, implementer

from ...resources import Resource


class IActivityPlace(Interface):
    """`/compte/activite`."""


@implementer(IActivityPlace)
class ActivityPlace(Resource):
    """See :class:`IActivityPlace`."""

    title = "Mon activité"

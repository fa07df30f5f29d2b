"""The place of the page that follows a first link."""

from __future__ import annotations

from zope.interface import Interface, implementer

from ....resources import Resource

PATH = "/compte/premiere-liaison"


class IFirstLinkPlace(Interface):
    """`/compte/premiere-liaison`."""


@implementer(IFirstLinkPlace)
class FirstLinkPlace(Resource):
    """See :class:`IFirstLinkPlace`."""

    title = "Ce que vous gardez"

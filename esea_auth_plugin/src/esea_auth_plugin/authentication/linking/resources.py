"""Places of linking: what was just read, and the page that links it."""

from __future__ import annotations

from zope.interface import Interface, implementer

from ...resources import Resource


class IIdentityPlace(Interface):
    """`/connexion/identite`: an identity was read, no account is linked to it."""


class ILinkPlace(Interface):
    """`/compte/dispositifs/lier`: link what was read to one's account."""


@implementer(IIdentityPlace)
class IdentityPlace(Resource):
    """See :class:`IIdentityPlace`."""

    title = "Identité lue"


@implementer(ILinkPlace)
class LinkPlace(Resource):
    """See :class:`ILinkPlace`."""

    title = "Lier à mon compte"

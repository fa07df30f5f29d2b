"""The page of one's own roles: `/compte/roles`."""

from __future__ import annotations

from zope.interface import Interface, implementer

from ...resources import Resource


class IRolesPlace(Interface):
    """`/compte/roles`."""


@implementer(IRolesPlace)
class RolesPlace(Resource):
    """« Mes rôles »."""

    title = "Mes rôles"

"""The page of one's own roles: `/compte/roles`."""

from __future__ import annotations

from ...resources import Resource


class RolesResource(Resource):
    """« Mes rôles »."""

    title = "Mes rôles"

"""Resources of the directory. They read nothing: the views do, behind the door."""

from __future__ import annotations

import re

from esea_auth_plugin.resources import Resource

_CODE = re.compile(r"[0-9AB]{2,3}-[A-Z]+-\d{2,3}")


class DirectoryResource(Resource):
    """``/espace-pro/etablissements``."""

    title = "Établissements"

    def child(self, key: str) -> Resource:
        """Return the place of any well-formed code; its view judges whether the structure exists."""
        if not _CODE.fullmatch(key):
            raise KeyError(key)
        return EstablishmentResource(self.request, self, key)


class EstablishmentResource(Resource):
    """``/espace-pro/etablissements/CODE``."""

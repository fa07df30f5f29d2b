"""The resource of ``/espace-pro``."""

from __future__ import annotations

from zope.interface import implementer

from esea_auth_plugin.resources import Resource

from ..interfaces import IEspacePro


@implementer(IEspacePro)
class EspacePro(Resource):
    """The Espace Pro: its packages and other plugins add their pages under it."""

    title = "Espace Pro"

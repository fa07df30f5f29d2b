"""The resource of ``/espace-pro/inscription``."""

from __future__ import annotations

from esea_auth_plugin.resources import Resource


class RegistrationResource(Resource):
    """Where somebody registers, waits and reads the answer."""

    title = "Inscription"

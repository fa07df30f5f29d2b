"""The resource of ``/espace-pro/inscription``."""

from __future__ import annotations

from zope.interface import implementer

from esea_auth_plugin.resources import Resource

from ..interfaces import IRegistrationPlace


@implementer(IRegistrationPlace)
class RegistrationPlace(Resource):
    """Where somebody registers, waits and reads the answer."""

    title = "Inscription"

"""Resources of the demo: ``/demo`` and ``/demo/courriels/KEY``."""

from __future__ import annotations

from esea_auth_plugin.pyramid_types import PortalRequest
from esea_auth_plugin.resources import Resource
from esea_auth_plugin.services import find

from .mailbox import DemoEmail, DemoMailbox


class Demo(Resource):
    """``/demo``."""

    title = "Démonstration"

    def child(self, key: str) -> Resource:
        """Find the mail."""
        if key == "courriels":
            return DemoMail(self.request, self, key)
        raise KeyError(key)


class DemoMail(Resource):
    """``/demo/courriels``."""

    title = "Courriels de la démonstration"

    def child(self, key: str) -> Resource:
        """Find one email by its key."""
        message = find(self.request, DemoMailbox).received(key)
        if message is None:
            raise KeyError(key)
        return DemoEmailResource(self.request, self, key, message)


class DemoEmailResource(Resource):
    """``/demo/courriels/KEY``."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, message: DemoEmail) -> None:
        super().__init__(request, parent, name)
        self.message = message

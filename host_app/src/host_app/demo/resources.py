"""Places of the demo: ``/demo`` and ``/demo/courriels/KEY``."""

from __future__ import annotations

from esea_auth_plugin.pyramid_types import PortalRequest
from esea_auth_plugin.resources import Resource
from esea_auth_plugin.services import find

from .mailbox import DemoLetter, DemoMailbox


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
        """Find one letter by its key."""
        letter = find(self.request, DemoMailbox).letter(key)
        if letter is None:
            raise KeyError(key)
        return DemoLetterPlace(self.request, self, key, letter)


class DemoLetterPlace(Resource):
    """``/demo/courriels/KEY``."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, letter: DemoLetter) -> None:
        super().__init__(request, parent, name)
        self.letter = letter

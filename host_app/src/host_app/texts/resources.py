"""Resources of the texts: ``/cgu`` in force, ``/cgu/2026-06`` in one of its versions."""

from __future__ import annotations

from zope.interface import Interface, implementer

from esea_auth_plugin.pyramid_types import PortalRequest
from esea_auth_plugin.resources import Resource

from .library import TextFacts, load


class IText(Interface):
    """A text of the portal, in one of its versions."""


@implementer(IText)
class Text(Resource):
    """``/cgu`` and the others."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str) -> None:
        super().__init__(request, parent, name)
        self.facts: TextFacts = load().text(name)
        self.version = request.portal.terms_version if name == "cgu" else self.facts.current
        self.title = self.facts.title

    def child(self, key: str) -> Resource:
        """Return the place of a version."""
        return TextVersion(self.request, self, key)


@implementer(IText)
class TextVersion(Resource):
    """``/cgu/2026-06``."""

    def __init__(self, request: PortalRequest, parent: Text, name: str) -> None:
        super().__init__(request, parent, name)
        self.facts = parent.facts
        self.version = name
        self.title = f"Version {name}"
        if name not in self.facts.versions:
            raise KeyError(name)

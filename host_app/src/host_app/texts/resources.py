"""Places of the texts."""

from __future__ import annotations

from zope.interface import Interface, implementer

from esea_auth_plugin.resources import Resource


class IText(Interface):
    """A text of the portal."""


@implementer(IText)
class Text(Resource):
    """``/cgu`` and the others."""

"""Places under `/connexion/psc` that are no step of a sign-in: the official button, and the pages of a sign-out."""

from __future__ import annotations

from zope.interface import Interface

from ...resources import Resource


class IPscPlace(Interface):
    """`/connexion/psc`."""


class FarewellPlace(Resource):
    """See :class:`FarewellPlace`."""


class AfterPlace(Resource):
    """See :class:`AfterPlace`."""


class ButtonPlace(Resource):
    """See :class:`ButtonPlace`."""

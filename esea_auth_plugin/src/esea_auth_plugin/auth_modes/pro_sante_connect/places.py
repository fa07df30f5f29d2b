"""Places under `/connexion/psc` that are no step of a sign-in: the official button, and the pages of a sign-out."""

from __future__ import annotations

from zope.interface import Interface, implementer

from ...resources import Resource


class IPscPlace(Interface):
    """`/connexion/psc`."""


class IFarewellPlace(Interface):
    """`/connexion/psc/sortie`: from here the browser ends PSC's session too."""


class IAfterPlace(Interface):
    """`/connexion/psc/fin`: where PSC sends the browser back after a sign-out."""


class IButtonPlace(Interface):
    """`/connexion/psc/bouton`: the image of the official button."""


@implementer(IFarewellPlace)
class FarewellPlace(Resource):
    """See :class:`IFarewellPlace`."""


@implementer(IAfterPlace)
class AfterPlace(Resource):
    """See :class:`IAfterPlace`."""


@implementer(IButtonPlace)
class ButtonPlace(Resource):
    """See :class:`IButtonPlace`."""

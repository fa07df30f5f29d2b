"""Places under `/connexion/psc` that are no step of a sign-in: the official button, and the pages of a sign-out."""

from __future__ import annotations

from zope.interface import Interface

from ...resources import Resource


class IPscPlace(Interface):
    """`/connexion/psc`."""


class FarewellPlace(Resource):
    """`/connexion/psc/sortie`: from here the browser ends PSC's session too."""


class AfterPlace(Resource):
    """`/connexion/psc/fin`: where PSC sends the browser back after a sign-out."""


class ButtonPlace(Resource):
    """`/connexion/psc/bouton`: the image of the official button."""

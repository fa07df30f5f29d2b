"""Resources under `/connexion/psc` that are no step of a sign-in: the official button, and the pages of a sign-out."""

from __future__ import annotations

from zope.interface import Interface

from ...resources import Resource


class IPscResource(Interface):
    """`/connexion/psc`."""


class EndSessionResource(Resource):
    """`/connexion/psc/sortie`: from here the browser ends PSC's session too."""


class AfterResource(Resource):
    """`/connexion/psc/fin`: where PSC sends the browser back after a sign-out."""


class ButtonResource(Resource):
    """`/connexion/psc/bouton`: the image of the official button."""

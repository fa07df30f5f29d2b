"""Resources of the card: the root of the card host, and the pages that are added under `/connexion/cps`."""

from __future__ import annotations

from zope.interface import Interface

from ...pyramid_types import PortalRequest
from ...resources import HostRoot, Resource
from ...services import find
from .settings import ROOT, CardSettings


class ICardModeResource(Interface):
    """`/connexion/cps`, on the portal: the mode's own place."""


class CardHostRoot(HostRoot):
    """The card host: `/`, `/lire`, `/diagnostic`, and nothing else."""

    title = "Lecture de carte"
    serves = ROOT

    def __init__(self, request: PortalRequest) -> None:
        super().__init__(request)
        self.settings = find(request, CardSettings)


class CardListsResource(Resource):
    """`/support/cartes`: where the revocation lists stand."""

    title = "Listes d'opposition des cartes"
    permission = "esea.support.cards"

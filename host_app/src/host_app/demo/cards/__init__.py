"""A throw-away authority shaped like IGC-Santé, and the fictional cards it signs: for the demo and for tests.

Nothing here is worth anything outside this machine: the keys lie beside the certificates.
"""

from __future__ import annotations

from .authority import GAMMES, Authority, Igc
from .kinds import BY_SLUG, CARDS, CardKind
from .making import Card, make_card
from .writing import PIN, ensure, renew_lists, write

__all__ = [
    "BY_SLUG",
    "CARDS",
    "GAMMES",
    "PIN",
    "Authority",
    "Card",
    "CardKind",
    "Igc",
    "ensure",
    "make_card",
    "renew_lists",
    "write",
]

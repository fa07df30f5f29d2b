"""Frozen factors: what « Ce n'était pas moi » stops, in every mode alike, ours and third parties'.

A frozen factor still counts for the level that its account owns: else whoever clicks such a link in a stolen mailbox
would lower what is asked for the next change. It is lifted by its person, at the highest level with another means, or
by the support once identity was checked.
"""

from __future__ import annotations

from ....pyramid_types import Configurator
from .service import CONTESTED, LOST, SuspendedFactor, SuspendedFactors

__all__ = ["CONTESTED", "LOST", "SuspendedFactor", "SuspendedFactors", "includeme"]

_ACTIONS = {
    "factor.frozen": "Moyen de connexion bloqué",
    "factor.lifted": "Moyen de connexion débloqué",
}


def includeme(config: Configurator) -> None:
    """Publish the service."""
    config.add_service(SuspendedFactors, SuspendedFactors)
    config.add_audit_actions(_ACTIONS)

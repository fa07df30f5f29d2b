"""« Faire corriger mon identité »: a change of name, profession, RPPS or ADELI number, or of what a card has proven.

Nobody types over what was proven: the support looks at a proof and decides, and what it accepts is marked « support ».
"""

from __future__ import annotations

from ...interfaces import AccountEntry, AccountGroup, Rule
from ...pyramid_types import Configurator
from .kind import CorrectionKind

ACTIONS = {"correction.applied": "Identité corrigée par le support"}


def includeme(config: Configurator) -> None:
    """Declare the kind of request, its emails and its page."""
    config.add_permission_rule("esea.support.corrections", Rule(role="support"))
    config.add_request_kind(CorrectionKind())
    for message in ("received", "accepted", "refused", "more_asked"):
        config.add_email(f"correction.{message}", f"esea_auth_plugin:my_account/corrections/emails/{message}")
    config.add_audit_actions(ACTIONS)
    config.add_account_entry(
        AccountEntry(
            "Faire corriger mon identité",
            "/compte/profil/rectifier",
            AccountGroup.IDENTITY,
            "Nom, profession, N° RPPS : le support vérifie, puis corrige.",
            order=120,
        )
    )
    config.scan(".views")

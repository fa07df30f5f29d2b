"""A sign-up from an identity that was proven: what it fills in, and what follows its acceptance."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from ..accounts.attributes import KINDS, shown
from ..interfaces import PendingIdentity
from ..normalise.emails import normalise_email
from .answers import Answers

PROVEN_WORDS = {"card": "lu sur votre carte", "psc": "transmis par Pro Santé Connect", "register": "annuaire national"}
#: As the reviewer reads it.
SHEET_TITLES = {"card": "Identité lue sur carte", "psc": "Identité transmise par Pro Santé Connect"}
#: The address of a draft, in the space of names of its codes.
_CODES = uuid.UUID("5b0c6a2e-6f5e-4f5e-9d57-0b6a7d0a9f11")


def rows_of(attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return proven attributes as (label, value), in the order of the forms."""
    return [(kind.label, shown(name, attributes[name])) for name, kind in KINDS.items() if attributes.get(name)]


def answers_from(pending: PendingIdentity, services: tuple[str, ...]) -> Answers:
    """Return the answers with which a sign-up from this identity begins."""
    answers = Answers(has_card=pending.identity.origin == "card", services=services, proven=pending.identity)
    personal = answers.proven_attributes
    if personal.get("structure"):
        # Only proposed: one may work elsewhere than where the card was ordered.
        personal["workplace"] = personal["structure"]
    return Answers(has_card=answers.has_card, services=services, proven=pending.identity, personal=personal)


def code_name(draft_id: str, email: str) -> str:
    """Return what a code for this address is bound to: another address asks for another code."""
    return str(uuid.uuid5(_CODES, f"{draft_id} {normalise_email(email)}"))

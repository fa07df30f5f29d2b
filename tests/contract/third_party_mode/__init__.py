"""A third party's auth mode: a staff badge whose number names the person, read at a reader."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from esea_auth_plugin.authentication.contract import (
    Ask,
    Attempt,
    AuthMode,
    Capability,
    Claim,
    Proven,
    Refused,
    Result,
)
from esea_auth_plugin.interfaces import Factor, IAccounts, Proof
from esea_auth_plugin.services import find


class BadgeMode(AuthMode):
    """Finds the person by the badge alone."""

    name = "badge"
    segment = "badge"
    title = "Badge de l'établissement"
    description = "Présentez votre badge au lecteur."
    factors = frozenset({Factor.REMOTE_DEVICE, Factor.PASSWORD})
    capabilities = frozenset({Capability.FINDS_PERSON})

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Show the field that the reader fills."""
        return Ask("third_party_badge:templates/badge.jinja2")

    def answer(self, session: Session, attempt: Attempt, prepared: Any) -> Result:
        """Accept a badge whose number is the person's identifier, said backwards."""
        number = attempt.values.get("badge", "")
        account = find(self.registry, IAccounts).by_login(session, number[::-1]) if number else None
        if account is None:
            return Refused("badge.unknown", "Ce badge n'est pas reconnu.")
        proof = Proof(mode=self.name, factors=self.factors, means=("hwk",), at=attempt.at)
        return Proven(account.subject, proof)

    def claim(self, attempt: Attempt) -> Claim | None:
        """Failures are counted against the badge."""
        return Claim(attempt.values.get("badge", "")[:64], attempt.subject)

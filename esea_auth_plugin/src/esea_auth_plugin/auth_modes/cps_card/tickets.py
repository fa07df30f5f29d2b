"""Tickets: how what the card host read reaches the portal. They live a minute and are good once.

A ticket alone is worth nothing: the portal redeems it for the sign-in whose cookie the browser shows, and only if
that sign-in holds the nonce that the reading was asked with. Stolen, replayed or relayed, it opens nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...foundation.security import tokens
from ...foundation.security.sealing import SealBroken
from ...foundation.single_use import SingleUse
from ...interfaces import ISealer
from ...pyramid_types import JsonObject, Registry
from ...services import current_time, find
from .models import CardTicketRow
from .refusals import CardRefused

TTL = timedelta(seconds=60)
#: How long after the portal asked a card may be read: as long as a sign-in lives.
ASKED_LIFETIME = timedelta(minutes=20)
PORTAL, DIAGNOSTIC = "portal", "diagnostic"
_ASKED = "cps_card.request"
_RESULT = "cps_card.ticket"
_NONCE_KIND = "card_nonce"
_MAX_STATE = 2048
TICKETS = SingleUse(CardTicketRow, "card_ticket")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a reading."""

    attempt: str
    nonce_digest: str


class TicketRefused(Exception):
    """A ticket does not open; ``code`` is for the trail, people are told one thing."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Tickets:
    """Makes and redeems tickets."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    # --- the portal asks -------------------------------------------------------------------------------------

    def ask(self, attempt: str, nonce: str) -> str:
        """Return what the portal gives the card host: which sign-in asks, sealed."""
        asked = {"attempt": attempt, "nonce": _nonce_digest(nonce), "at": current_time(self._registry).isoformat()}
        return self._sealer.seal(json.dumps(asked).encode(), purpose=_ASKED)

    def asked(self, state: str) -> Asked:
        """Read it at the card host.

        :raises CardRefused: the portal did not make it, or too long ago.
        """
        if not state or len(state) > _MAX_STATE:
            raise CardRefused("card.request")
        try:
            read = json.loads(self._sealer.open(state, purpose=_ASKED))
        except SealBroken as error:
            raise CardRefused("card.request") from error
        if current_time(self._registry) - datetime.fromisoformat(read["at"]) > ASKED_LIFETIME:
            raise CardRefused("card.request")
        return Asked(read["attempt"], read["nonce"])

    # --- the card host hands over ----------------------------------------------------------------------------

    def issue(self, session: Session, audience: str, values: Mapping[str, object], asked: Asked | None = None) -> str:
        """Store a result and return its ticket."""
        ticket = tokens.new_token()
        sealed = self._sealer.seal(json.dumps(values).encode(), purpose=_RESULT, bound_to=TICKETS.digest(ticket))
        TICKETS.store(
            session,
            ticket,
            current_time(self._registry) + TTL,
            audience=audience,
            attempt=asked.attempt if asked else "",
            nonce_digest=asked.nonce_digest if asked else "",
            sealed=sealed,
        )
        return ticket

    # --- the portal redeems ----------------------------------------------------------------------------------

    def redeem(self, session: Session, ticket: str, audience: str, *, attempt: str = "", nonce: str = "") -> JsonObject:
        """Consume a ticket and return what it carries.

        :raises TicketRefused: it is not this sign-in's, used, over or unknown.
        """
        # A sign-in that never asked has no nonce: it must not match the empty one of a diagnosis.
        nonce_digest = _nonce_digest(nonce) if nonce else ""
        used = TICKETS.redeem(
            self._registry,
            session,
            TICKETS.named(ticket),
            CardTicketRow.audience == audience,
            CardTicketRow.attempt == attempt,
            CardTicketRow.nonce_digest == nonce_digest,
        )
        if used is None:
            raise TicketRefused(self._fault(session, ticket, audience))
        found: JsonObject = json.loads(self._sealer.open(used.sealed, purpose=_RESULT, bound_to=used.digest))
        return found

    def _fault(self, session: Session, ticket: str, audience: str) -> str:
        row = TICKETS.find(session, ticket)
        if row is None:
            return "ticket.unknown"
        if row.used_at is not None:
            return "ticket.used"
        if row.audience != audience:
            return "ticket.audience"
        return "ticket.expired" if row.ends_at <= current_time(self._registry) else "ticket.other_sign_in"

    @property
    def _sealer(self) -> ISealer:
        return find(self._registry, ISealer)


def _nonce_digest(nonce: str) -> str:
    return tokens.digest(nonce, kind=_NONCE_KIND)

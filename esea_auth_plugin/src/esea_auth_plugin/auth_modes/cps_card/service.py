"""The service of the card host: takes what was presented, judges it, and hands the result over by a ticket.

It knows no account and touches no sign-in. Whoever reads cards in another way (the demo's reader) gives its bytes to
the same :meth:`CardService.examine`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from ...interfaces import CardAnswer, ExternalIdentity, IAuditTrail, PortalSettings
from ...pyramid_types import PortalRequest, Registry
from ...services import current_time, find
from . import diagnosis, identity, ocsp
from .certificate import Card, Unreadable, read_der
from .diagnosis import Examined
from .refusals import REFUSALS, CardRefused
from .settings import CardSettings
from .tickets import DIAGNOSTIC, PORTAL, Asked, Tickets
from .transport import Presented, presented
from .trust import Trust

logger = logging.getLogger(__name__)


class CardService:
    """See the module."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.settings = find(registry, CardSettings)

    @property
    def trust(self) -> Trust:
        """The authorities and lists of this portal."""
        return find(self._registry, Trust)

    def received(self, environ: Mapping[str, object]) -> Examined:
        """Examine what the proxy sent with a request."""
        try:
            shown = presented(environ, self.settings)
        except CardRefused as error:
            return Examined(None, error.code)
        return self.examine(shown)

    def examine(self, shown: Presented) -> Examined:
        """Read and judge a certificate. It may ask the OCSP responder: never call it with a transaction open."""
        if shown.der is None:
            return Examined(None, "card.proxy_refused" if shown.refused else "card.none")
        try:
            card = read_der(shown.der)
        except Unreadable as error:
            logger.info("a certificate can't be read: %s", error.reason)
            return Examined(None, "card.unreadable")
        try:
            self.trust.judge(card, current_time(self._registry))
            ocsp.check(self._registry, self.settings, self.trust, card)
        except CardRefused as error:
            return Examined(card, error.code)
        # What a proxy refused lets nobody in, whatever we think of it.
        return Examined(card, "card.proxy_refused" if shown.refused else "")

    def insert(self, request: PortalRequest, der: bytes | None, state: str) -> CardAnswer:
        """See :class:`~esea_auth_plugin.interfaces.ICardService`."""
        examined = self.examine(Presented(der))
        if not state:
            return CardAnswer(self.hand_over_diagnosis(request.dbsession, diagnosis.to_json(examined)))
        return self.answer(request, examined, state)

    def identity(self, der: bytes) -> ExternalIdentity | None:
        """See the interface."""
        examined = self.examine(Presented(der))
        if examined.card is None or examined.code:
            return None
        now = current_time(self._registry)
        return identity.identity_of(examined.card, now, relaxed=self.trust.relaxed)

    def answer(self, request: PortalRequest, examined: Examined, state: str) -> CardAnswer:
        """Hand a card over to the sign-in that asked, or leave the row that it did not let in."""
        code = examined.code
        if not code and examined.card is not None:
            try:
                asked = find(self._registry, Tickets).asked(state)
                return CardAnswer(self.hand_over(request.dbsession, asked, examined.card))
            except CardRefused as error:
                code = error.code
        examined = Examined(examined.card, code or "card.none")
        self.refused(request.dbsession, examined, address=request.client_address)
        return CardAnswer(refusal=REFUSALS[examined.code])

    def hand_over(self, session: Session, asked: Asked, card: Card) -> str:
        """Return the address at the portal where the sign-in goes on, with the ticket of what was read."""
        now = current_time(self._registry)
        found = identity.identity_of(card, now, relaxed=self.trust.relaxed)
        ticket = find(self._registry, Tickets).issue(session, PORTAL, identity.to_json(found), asked)
        self._record(session, "card.read", "success", Examined(card), attempt=asked.attempt)
        return f"{self._portal}/connexion/cps/retour?{urlencode({'ticket': ticket})}"

    def hand_over_diagnosis(self, session: Session, values: Mapping[str, object]) -> str:
        """Return the address at the portal that shows a diagnosis."""
        ticket = find(self._registry, Tickets).issue(session, DIAGNOSTIC, values)
        return f"{self._portal}/connexion/cps/diagnostic?{urlencode({'ticket': ticket})}"

    def refused(self, session: Session, examined: Examined, *, address: str = "") -> None:
        """Leave the row of a card that did not let in."""
        self._record(session, "card.refused", "refused", examined, address=address)

    def _record(
        self, session: Session, action: str, outcome: str, examined: Examined, *, attempt: str = "", address: str = ""
    ) -> None:
        card = examined.card
        details = {"code": examined.code, "attempt": attempt}
        personal = {"address": address}
        if card is not None:
            details |= {"type": card.kind_name, "authority": card.issuer_name[:80], "serial": card.serial}
            personal |= {"identifier": card.common_name, "number": card.number}
        find(self._registry, IAuditTrail).record(
            session,
            action,
            outcome=outcome,
            details={name: value for name, value in details.items() if value},
            personal={name: value for name, value in personal.items() if value},
        )

    @property
    def _portal(self) -> str:
        return find(self._registry, PortalSettings).url

"""« Carte CPS »: the card is read at the card host; what it read comes back by a ticket, to the browser that asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from ...authentication.contract import (
    Ask,
    Attempt,
    AuthMode,
    Begun,
    Capability,
    Credential,
    Enrolment,
    Go,
    Proven,
    Refused,
    Result,
    ShowsIdentity,
    UnknownPerson,
)
from ...foundation.database import lock_accounts
from ...foundation.layout.filters import date_fr
from ...foundation.security import tokens
from ...interfaces import ExternalIdentity, Factor, IExternalIdentities, Proof
from ...pyramid_types import Registry
from ...services import current_time, find
from .identity import ISSUER, KIND, from_json
from .reader import reader_of
from .resources import ICardModeResource
from .settings import CardSettings
from .tickets import PORTAL, TicketRefused, Tickets

PAGE = "esea_auth_plugin:auth_modes/cps_card/templates/card.jinja2"
BACK = "retour"
_AGAIN = "Cette lecture de carte n'est plus valable. Recommencez en choisissant « Lire ma carte »."


class CpsCardEnrolment(Enrolment):
    """Adds a credential of :class:`CpsCardMode`."""

    mode: CpsCardMode
    title = "Ajouter ma carte CPS"
    description = "Une carte CPS, CPF, CPE/CDE ou CPA/CDA à votre nom : elle ouvre tous les services."

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Send the browser to the card host."""
        return self.mode._go(attempt)

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Show whose card it is; whether it may be linked is not the mode's to say."""
        if attempt.action != BACK:
            return self.mode._go(attempt)
        identity = self.mode._redeemed(session, attempt)
        return identity if isinstance(identity, Refused) else ShowsIdentity(identity)


class CpsCardMode(AuthMode):
    """See the module."""

    name = "cps_card"
    enrols_with = CpsCardEnrolment
    segment = "cps"
    title = "Carte CPS"
    description = "Votre carte CPS, CPF, CPE/CDE ou CPA/CDA dans son lecteur, et son code."
    icon = "card"
    factors = frozenset({Factor.HEALTH_CREDENTIAL})
    capabilities = frozenset({Capability.FINDS_PERSON, Capability.ENROLS, Capability.OFFERS_ATTRIBUTES})
    callbacks = frozenset({BACK})
    place = ICardModeResource
    wrong = _AGAIN

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._reader = reader_of(registry)
        url = find(registry, CardSettings).url
        # The form « Lire ma carte » ends at the card host.
        self.form_targets = (url,) if url else ()

    # --- signing in ------------------------------------------------------------------------------------------

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Say what to do with the card, and offer to read it."""
        return Ask(PAGE, {"submit": "Lire ma carte"})

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Send the browser to the card host, with the sealed name of the sign-in that asks."""
        return self._go(attempt)

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Redeem the ticket that the browser brings back; « Lire ma carte » again sends it anew."""
        if attempt.action != BACK:
            return self._go(attempt)
        identity = self._redeemed(session, attempt)
        if isinstance(identity, Refused):
            return identity
        links = find(self.registry, IExternalIdentities)
        link = links.find(session, identity.issuer, identity.subject)
        if link is None:
            return UnknownPerson(identity, "Votre carte est valable, mais aucun compte ne la connaît encore.")
        # A renewed card: same CN, another serial. It just works, and the trail keeps its new evidence.
        if attempt.subject in {None, link.account}:  # another person's card is refused, and changes nothing
            lock_accounts(self.registry, session, link.account)
            links.noted(session, link.id, evidence=identity.evidence, address=attempt.address)
        proof = Proof(
            mode=self.name,
            factors=self.factors,
            means=("sc", "pin", "hwk", "mfa"),
            at=attempt.at,
            phishing_resistant=True,
            authenticator=link.id,
        )
        return Proven(link.account, proof, identity)

    # --- adding a card to one's account ----------------------------------------------------------------------

    # --- what people hold ------------------------------------------------------------------------------------

    def usable_by(self, session: Session, subject: str) -> bool:
        """Tell whether a linked card is still valid, as far as its last use tells.

        A card that ended is no way in: it must not keep its owner from their other devices.
        """
        today = current_time(self.registry).date()
        links = find(self.registry, IExternalIdentities).of_account(session, subject, kind=KIND)
        return any(end >= today for link in links if (end := _end_of(link.evidence)) is not None)

    def credentials(self, session: Session, subject: str) -> Sequence[Credential]:
        """Return the linked cards."""
        links = find(self.registry, IExternalIdentities).of_account(session, subject, kind=KIND)
        return [
            Credential(
                reference=link.id,
                label=link.label,
                added_at=link.linked_at,
                last_used_at=link.last_used_at,
                kind="Carte de professionnel",
                place=link.last_address,
                note=self._note(link.evidence),
                renamable=False,
            )
            for link in links
        ]

    def revoke(self, session: Session, subject: str, reference: str, *, reason: str) -> bool:
        """Unlink a card; opposing the card itself is its issuer's."""
        return find(self.registry, IExternalIdentities).unlink(session, subject, reference, reason=reason)

    # --- inside ----------------------------------------------------------------------------------------------

    def _go(self, attempt: Attempt) -> Go:
        nonce = tokens.new_token(256)
        state = find(self.registry, Tickets).ask(attempt.id, nonce)
        return Go(self._reader.reading(state), state={"nonce": nonce})

    def _redeemed(self, session: Session, attempt: Attempt) -> ExternalIdentity | Refused:
        nonce = str(attempt.state.get("nonce", ""))
        ticket = attempt.values.get("ticket", "")
        try:
            found = find(self.registry, Tickets).redeem(session, ticket, PORTAL, attempt=attempt.id, nonce=nonce)
        except TicketRefused as error:
            return Refused(f"cps_card.{error.code}", _AGAIN)
        identity = from_json(found)
        return identity if identity.issuer == ISSUER else Refused("cps_card.issuer", _AGAIN)

    def _note(self, evidence: Any) -> str:
        number = str(evidence.get("number", ""))
        end = _end_of(evidence)
        parts = [f"n° …{number[-4:]}"] if number else []
        if end is not None:
            expired = end < current_time(self.registry).date()
            parts.append(f"{'a expiré' if expired else 'expire'} le {date_fr(end)}")
        return ", ".join(parts)


def _end_of(evidence: Any) -> date | None:
    try:
        return date.fromisoformat(str(evidence.get("not_after", "")))
    except ValueError:
        return None

"""A third party's auth mode that proves who somebody is: a regional authority's site, which sends the browser back.

The authority's answer is a signed-looking envelope in the address; here it is plain JSON, and the nonce that this very
sign-in or enrolment made is what binds it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from esea_auth_plugin.authentication.contract import (
    Ask,
    Attempt,
    AuthMode,
    Begun,
    Capability,
    Credential,
    Data,
    Enrolment,
    Go,
    Poll,
    Proven,
    Refused,
    Result,
    ShowsIdentity,
    UnknownPerson,
    Wait,
)
from esea_auth_plugin.interfaces import ExternalIdentity, Factor, IExternalIdentities, Proof
from esea_auth_plugin.services import find

ISSUER = "https://autorite.example.org"
PAGE = "third_party_identity:templates/reader.jinja2"


class AuthorityEnrolment(Enrolment):
    """Adds a credential of :class:`AuthorityMode`."""

    mode: AuthorityMode
    title = "Ajouter ma carte régionale"
    description = "Elle vous connecte sans mot de passe."

    def ask(self, session: Session, attempt: Attempt) -> Ask | Wait:
        """Wait for the browser to come back."""
        return Wait(PAGE, 3)

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Send the person to the authority."""
        return self.mode._away()

    def answer(self, session: Session, attempt: Attempt, prepared: Any) -> Result:
        """Show who the authority says it is."""
        identity = _identity(attempt)
        if identity is None:
            return Refused("authority.nonce", "Cette réponse n'est pas celle de cet ajout.", over=True)
        return ShowsIdentity(identity)


class AuthorityMode(AuthMode):
    """See the module."""

    name = "authority"
    enrols_with = AuthorityEnrolment
    segment = "autorite"
    title = "Carte régionale"
    description = "Votre carte régionale, lue par son autorité."
    factors = frozenset({Factor.HEALTH_CREDENTIAL})
    capabilities = frozenset({Capability.FINDS_PERSON, Capability.OFFERS_ATTRIBUTES, Capability.ENROLS})
    callbacks = frozenset({"retour"})
    actions = frozenset({"diagnostic"})

    def ask(self, session: Session, attempt: Attempt) -> Ask | Wait:
        """Wait for the browser to come back."""
        return Wait(PAGE, 3)

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Send the person to the authority."""
        return self._away()

    def answer(self, session: Session, attempt: Attempt, prepared: Any) -> Result:
        """Judge what the authority sends back."""
        if attempt.action == "diagnostic":
            return Data({"reader": "present"})
        if attempt.action != "retour":
            return Wait(PAGE, 3)
        identity = _identity(attempt)
        if identity is None:
            return Refused("authority.nonce", "Cette réponse n'est pas celle de cette connexion.", over=True)
        link = find(self.registry, IExternalIdentities).find(session, identity.issuer, identity.subject)
        if link is None:
            return UnknownPerson(identity, "Carte lue, liée à aucun compte.", blocked="blocked" in identity.evidence)
        find(self.registry, IExternalIdentities).noted(
            session, link.id, evidence=identity.evidence, address="192.0.2.1"
        )
        proof = Proof(self.name, self.factors, ("sc",), attempt.at, phishing_resistant=True, authenticator=link.id)
        return Proven(link.account, proof, identity)

    def poll(self, session: Session, attempt_id: str, at: datetime) -> Poll:
        """Never ready: the browser leaves the page by itself."""
        return Poll(ready=False, seconds=4)

    def usable_by(self, session: Session, subject: str) -> bool:
        """Tell whether a card is linked."""
        return bool(find(self.registry, IExternalIdentities).of_account(session, subject, kind="card"))

    def credentials(self, session: Session, subject: str) -> Sequence[Credential]:
        """Return the linked cards."""
        links = find(self.registry, IExternalIdentities).of_account(session, subject, kind="card")
        return [Credential(link.id, link.label, link.linked_at, link.last_used_at, renamable=False) for link in links]

    def revoke(self, session: Session, subject: str, reference: str, *, reason: str) -> bool:
        """Unlink a card."""
        return find(self.registry, IExternalIdentities).unlink(session, subject, reference, reason=reason)

    def _away(self) -> Go:
        nonce = secrets.token_urlsafe(16)
        return Go(f"{ISSUER}/lire?{urlencode({'nonce': nonce})}", state={"nonce": nonce})


def _identity(attempt: Attempt) -> ExternalIdentity | None:
    if not attempt.values.get("nonce") or attempt.values.get("nonce") != attempt.state.get("nonce"):
        return None
    said: Mapping[str, Any] = json.loads(attempt.values["identity"])
    return ExternalIdentity(
        issuer=ISSUER,
        subject=said["subject"],
        attributes=said.get("attributes", {}),
        kind="card",
        origin="card",
        label=f"Carte {said['subject']}",
        evidence=said.get("evidence", {}),
    )

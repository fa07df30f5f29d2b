"""« Clé d'accès » (``/connexion/cle``): a passkey of this device, of the phone, or on a security key.

The browser signs for our origin only, so a copy of our pages gets nothing that works here: with the user verified it is
``resistant`` (decisions.md, ADR 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from ...authentication.contract import (
    Ask,
    Attempt,
    AuthMode,
    Capability,
    Credential,
    Enrolled,
    Enrolment,
    Proven,
    Refused,
    Result,
)
from ...foundation.layout.browsers import browser_fr
from ...interfaces import Factor, IAccounts, Limit, Proof
from ...pyramid_types import Registry
from ...services import find
from .errors import NotVerified
from .makers import maker_of
from .models import PasskeyHandle, PasskeyRow
from .service import Passkeys
from .settings import party

_TEMPLATES = "esea_auth_plugin:auth_modes/passkey/templates"
_SCRIPT = "esea_auth_plugin:static/passkey.js"
SIGN, ADD = "passkey.sign_in", "passkey.add"
WRONG = "Cette clé d’accès n’a pas été reconnue. Réessayez, ou choisissez un autre mode de connexion."
#: What the buttons do, in words.
_USE, _MAKE = "Utiliser ma clé d’accès", "Créer la clé"
_COPIED = (
    "Cette clé d’accès semble avoir été copiée : elle est refusée. Connectez-vous autrement, retirez-la de vos "
    "dispositifs et prévenez l’assistance."
)
_NO_PROOF = "Ce portail demande une clé dont le fabricant prouve le modèle."
_NOT_ADDED = {
    "passkey.known": "Cette clé est déjà enregistrée pour un compte.",
    "passkey.model": "Ce modèle de clé n’est pas accepté sur ce portail.",
    "passkey.no_attestation": _NO_PROOF,
    "passkey.attestation_certificate": _NO_PROOF,
    "passkey.attestation_model": _NO_PROOF,
    "passkey.attestation_time": _NO_PROOF,
    "passkey.too_many": "Vous avez déjà vingt clés : retirez-en une.",
}


class PasskeyEnrolment(Enrolment):
    """Adds a credential of :class:`PasskeyMode`."""

    mode: PasskeyMode
    title = "Ajouter une clé d’accès"
    description = (
        "Sur cet appareil, sur votre téléphone ou sur une clé de sécurité : vous vous connecterez d’un geste, et "
        "aucun faux site ne pourra vous la demander."
    )

    def begin(self, session: Session, attempt: Attempt) -> Ask:
        """Make the person's handle, then ask."""
        self.mode._keys.handle(session, attempt.subject or "")
        return self.ask(session, attempt)

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Offer to make a key."""
        account = find(self.mode.registry, IAccounts).by_subject(session, attempt.subject or "")
        offer = self.mode._keys.registration_options(
            session,
            subject=attempt.subject or "",
            name=account.identifier if account else "",
            display_name=account.display_name if account else "",
            browser=attempt.browser,
            purpose=ADD,
        )
        return Ask(f"{_TEMPLATES}/enrol.jinja2", {**offer, "script": _SCRIPT, "submit": _MAKE})

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Judge a new key and keep it."""
        if not attempt.values.get("credential"):
            return Refused("passkey.empty", "Créez la clé d’accès avec le bouton, puis continuez.")
        try:
            key = self.mode._keys.add(
                session,
                values=attempt.values,
                subject=attempt.subject or "",
                browser=attempt.browser,
                purpose=ADD,
                at=attempt.at,
                label=attempt.values.get("label", "")[:200],
                place=browser_fr(attempt.user_agent),
            )
        except NotVerified as wrong:
            return Refused(wrong.code, _NOT_ADDED.get(wrong.code, "La clé n’a pas pu être ajoutée. Réessayez."))
        return Enrolled(key.reference, key.label, f"« {key.label} » est ajoutée : essayez-la à la prochaine connexion.")


class PasskeyMode(AuthMode):
    """See the module."""

    name = "passkey"
    enrols_with = PasskeyEnrolment
    segment = "cle"
    title = "Clé d’accès"
    description = "Votre empreinte, votre visage ou le code de votre appareil, sans mot de passe."
    icon = "key"
    factors = frozenset({Factor.VERIFIED_KEY})
    capabilities = frozenset({Capability.FINDS_PERSON, Capability.ENROLS})
    companion = f"{_TEMPLATES}/companion.jinja2"
    devices_companion = f"{_TEMPLATES}/devices.jinja2"
    wrong = WRONG

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._keys = Passkeys(registry)

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Offer to sign with a key: of the person, or of whoever shows one."""
        offer = self._keys.request_options(session, browser=attempt.browser, subject=attempt.subject, purpose=SIGN)
        unknown = self._keys.unknown(session, attempt.values.get("credential", ""))
        return Ask(f"{_TEMPLATES}/passkey.jinja2", {**offer, "unknown": unknown, "script": _SCRIPT, "submit": _USE})

    def companion_values(self, session: Session, attempt: Attempt) -> Mapping[str, object]:
        """Offer the same on the page of all modes, where the browser proposes a key as it fills forms in."""
        return self._keys.request_options(session, browser=attempt.browser, subject=None, purpose=SIGN)

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Judge a signature."""
        if not attempt.values.get("credential"):
            return Refused("passkey.empty", "Utilisez votre clé d’accès, puis continuez.")
        # The page of all modes does not know whose key it will be; a step-up that knows asks for that person's.
        try:
            found = self._keys.judge(
                session,
                values=attempt.values,
                browser=attempt.browser,
                subject=attempt.subject,
                purpose=SIGN,
                at=attempt.at,
                place=browser_fr(attempt.user_agent),
            )
        except NotVerified as wrong:
            copied = wrong.code == "passkey.copied"
            return Refused(wrong.code, _COPIED if copied else WRONG, over=copied)
        proof = Proof(
            mode=self.name,
            factors=self.factors,
            means=("swk" if found.synchronised else "hwk", "user", "pop"),
            at=attempt.at,
            phishing_resistant=True,
            authenticator=found.reference,
        )
        return Proven(found.subject, proof)

    def limits(self, attempt: Attempt) -> Sequence[tuple[Limit, str]]:
        """No further limit: a signature can't be guessed, and the address's own limit holds."""
        return ()

    def usable_by(self, session: Session, subject: str) -> bool:
        """Tell whether the person has a key."""
        return self._keys.held_by(session, subject)

    # --- adding

    # --- what one has

    def credentials(self, session: Session, subject: str) -> Sequence[Credential]:
        """Return the person's keys."""
        return [_credential(row) for row in self._keys.rows(session, subject)]

    def devices_values(self, session: Session, subject: str) -> Mapping[str, object]:
        """Tell the browser which keys are still good, so that it stops offering those that were removed."""
        handle = session.get(PasskeyHandle, subject)
        if handle is None:
            return {}
        rp_id, _ = party(self.registry)
        ids = [row.credential_id for row in self._keys.rows(session, subject)]
        return {"accepted": {"rpId": rp_id, "userId": handle.handle, "allAcceptedCredentialIds": ids}}

    def rename(self, session: Session, subject: str, reference: str, label: str) -> bool:
        """Call a key by another name."""
        return self._keys.rename(session, subject, reference, label)

    def revoke(self, session: Session, subject: str, reference: str, *, reason: str) -> bool:
        """End a key."""
        return self._keys.revoke(session, subject, reference)


def _credential(row: PasskeyRow) -> Credential:
    made_by = maker_of(row.aaguid)
    return Credential(
        reference=row.id,
        label=row.label,
        added_at=row.added_at,
        last_used_at=row.last_used_at,
        kind=f"Clé d’accès ({made_by})" if made_by else "Clé d’accès",
        place=row.place,
        note=_note(row),
    )


def _note(row: PasskeyRow) -> str:
    if not row.backup_eligible:
        return "ne quitte pas son appareil"
    return "synchronisée entre vos appareils" if row.backed_up else "peut être synchronisée entre vos appareils"

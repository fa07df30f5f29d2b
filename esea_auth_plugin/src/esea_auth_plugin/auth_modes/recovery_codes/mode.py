"""« Code de secours »: after the password, one of ten printed codes. It opens no service, only « ajouter »."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...authentication.contract import Ask, Attempt, Begun, Credential, Enrolled, Enrolment, Refused, Result
from ...authentication.registry import modes_of
from ...authentication.typed_code import TypedCodeMode
from ...foundation.layout.filters import date_fr
from ...interfaces import Factor, IAccounts, IAuditTrail, IOutbox
from ...normalise.codes import base32_letters
from ...pyramid_types import Registry
from ...services import find
from .service import CODES, NewSheet, RecoveryCodes

_TEMPLATES = "esea_auth_plugin:auth_modes/recovery_codes/templates"
LETTER = "recovery_codes.used"
KIND = "Codes de secours"
#: Wrong, used before, of an older sheet: one sentence (PG-078 R14).
WRONG = "Ce code de secours n’est pas accepté. Vérifiez la saisie ; chaque code ne sert qu’une fois."
_NOTHING_TO_REPLACE = (
    "Les codes de secours remplacent un dispositif perdu : ajoutez d’abord une clé d’accès ou une application "
    "d’authentification."
)
#: What shows no device: codes that replace it would stand for nothing.
_NO_DEVICE = frozenset({Factor.PASSWORD, Factor.MAILBOX, Factor.RECOVERY})


class RecoveryCodesEnrolment(Enrolment):
    """Adds a credential of :class:`RecoveryCodesMode`."""

    mode: RecoveryCodesMode
    title = "Imprimer des codes de secours"
    description = "Dix codes à garder sous clé : l’un d’eux remplace votre téléphone le jour où vous le perdez."

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Say what the codes are for; nothing is made before the person asks."""
        if attempt.subject is None or not self.mode._device_owned(session, attempt.subject):
            return Refused("recovery_codes.no_device", _NOTHING_TO_REPLACE, over=True)
        return self.ask(session, attempt)

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Say what the codes are for, and which ones they replace."""
        sheet = self.mode._codes.sheet_of(session, attempt.subject or "")
        return Ask(f"{_TEMPLATES}/enrol.jinja2", {"status": sheet, "count": CODES, "submit": "Créer mes codes"})

    def prepare(self, attempt: Attempt) -> NewSheet | None:
        """Make ten codes and hash them."""
        return self.mode._codes.make() if attempt.values.get("creer") == "oui" else None

    def answer(self, session: Session, attempt: Attempt, prepared: NewSheet | None) -> Result:
        """Store the sheet in the place of the former one, and show its codes this once."""
        if prepared is None:
            return Refused("recovery_codes.not_asked", "Demandez la création de vos codes avec le bouton.")
        if attempt.subject is None or not self.mode._device_owned(session, attempt.subject):
            return Refused("recovery_codes.no_device", _NOTHING_TO_REPLACE, over=True)
        self.mode._codes.store(session, attempt.subject, prepared, attempt.at)
        values = {"codes": prepared.codes, "account": attempt.email, "made_at": attempt.at}
        return Enrolled(prepared.id, KIND, page=f"{_TEMPLATES}/sheet.jinja2", values=values)


class RecoveryCodesMode(TypedCodeMode):
    """See the module."""

    name = "recovery_codes"
    enrols_with = RecoveryCodesEnrolment
    segment = "secours"
    title = "Code de secours"
    description = "Votre mot de passe, puis l’un de vos codes de secours imprimés, pour remplacer un dispositif perdu."
    icon = "lock"
    factors = frozenset({Factor.RECOVERY})
    restores = True
    wrong = WRONG
    empty = "Saisissez l’un de vos codes de secours."
    page = f"{_TEMPLATES}/code.jinja2"

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._codes = RecoveryCodes(registry)

    # --- using one

    def typed(self, attempt: Attempt) -> str:
        """Return the code without its dashes, in capitals."""
        return base32_letters(attempt.values.get("code", ""))

    def prepare(self, attempt: Attempt) -> tuple[str, ...]:
        """Hash what was typed: one slow hash, whoever it is."""
        return self._codes.digests_of(attempt.subject, attempt.values.get("code", "")) if self.typed(attempt) else ()

    def use(self, session: Session, attempt: Attempt, subject: str, prepared: Any) -> str | None:
        """Accept a code of the person's sheet once, and tell them by mail."""
        sheet = self._codes.use(session, subject, prepared, attempt.at)
        if sheet is None:
            return None
        self._notify(session, attempt, subject, sheet.left)
        return sheet.id

    def usable_by(self, session: Session, subject: str) -> bool:
        """Tell whether the person has a code left."""
        sheet = self._codes.sheet_of(session, subject)
        return sheet is not None and sheet.left > 0

    # --- « Mes dispositifs »

    def credentials(self, session: Session, subject: str) -> Sequence[Credential]:
        """Return the person's sheet, with how many codes are left."""
        sheet = self._codes.sheet_of(session, subject)
        if sheet is None:
            return ()
        left = sheet.left
        note = f"{left} code{'s' if left > 1 else ''} sur {CODES}" if left else "Tous utilisés : imprimez-en d’autres"
        return [
            Credential(
                reference=sheet.id,
                label=f"Codes du {date_fr(sheet.made_at)}",
                added_at=sheet.made_at,
                last_used_at=sheet.last_used_at,
                kind=KIND,
                note=note,
                renamable=False,
            )
        ]

    def revoke(self, session: Session, subject: str, reference: str, *, reason: str) -> bool:
        """Make the sheet worthless."""
        return self._codes.revoke(session, subject, reference)

    def _device_owned(self, session: Session, subject: str) -> bool:
        modes = modes_of(self.registry).all()
        return any(mode.factors - _NO_DEVICE and mode.usable_by(session, subject) for mode in modes)

    def _notify(self, session: Session, attempt: Attempt, subject: str, left: int) -> None:
        account = find(self.registry, IAccounts).by_subject(session, subject)
        find(self.registry, IAuditTrail).record(
            session, "recovery_codes.used", actor=subject, target=subject, details={"left": left}
        )
        if account is not None:
            values = {"name": account.display_name, "at": attempt.at, "left": left}
            find(self.registry, IOutbox).post(session, LETTER, to=account.email, values=values)

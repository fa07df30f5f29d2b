"""« Application d'authentification »: the six digits of a telephone, always after the password (`double-facteur`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from ...authentication.contract import Ask, Attempt, Begun, Credential, Enrolled, Enrolment, Refused, Result
from ...authentication.naming import device_name
from ...authentication.typed_code import TypedCodeMode
from ...foundation.layout.qr import qr_svg
from ...interfaces import Factor, PortalSettings
from ...normalise.codes import compact
from ...pyramid_types import Registry
from ...services import find
from . import codes
from .service import MAX_APPLICATIONS, Applications

_TEMPLATES = "esea_auth_plugin:auth_modes/totp/templates"
KIND = "Application d’authentification"
#: Wrong, used before, clock too far away: one sentence, since the difference would tell who guesses (PG-078 R14).
WRONG = (
    "Ce code n’est pas accepté. Attendez le prochain code que montre l’application, puis saisissez-le. Si cela se "
    "répète, vérifiez que votre téléphone est à l’heure automatique."
)
EMPTY = "Saisissez les six chiffres que montre l’application."
TOO_MANY = f"Vous avez déjà {MAX_APPLICATIONS} applications : retirez-en une d’abord."


class TotpEnrolment(Enrolment):
    """Adds a credential of :class:`TotpMode`."""

    mode: TotpMode
    title = "Ajouter une application d’authentification"
    description = (
        "Une application du téléphone (FreeOTP, Aegis, Microsoft ou Google Authenticator…) affiche un code qui change "
        "toutes les 30 secondes. Elle fonctionne sans réseau."
    )

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Make a key; its page can be shown again, with the same key, until a first code is right."""
        if attempt.subject is None or self.mode._applications.count(session, attempt.subject) >= MAX_APPLICATIONS:
            return Refused("totp.too_many", TOO_MANY, over=True)
        return self.mode._page(attempt, codes.new_key())

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Show the key that was made for this enrolment."""
        return self.mode._page(attempt, attempt.state["key"])

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Store the application once a first code proves that it has the key and a clock near ours."""
        key = attempt.state.get("key")
        if attempt.subject is None or not key:
            return Refused("totp.enrolment_lost", "Cet ajout a expiré. Recommencez.", over=True)
        # Two pages may be sent one after the other.
        if self.mode._applications.count(session, attempt.subject) >= MAX_APPLICATIONS:
            return Refused("totp.too_many", TOO_MANY, over=True)
        if not self.mode.typed(attempt):
            return Refused("totp.empty", EMPTY)
        step = codes.matching_step(key, self.mode.typed(attempt), attempt.at)
        if step is None:
            return Refused("totp.wrong", WRONG)
        label = device_name(attempt.values.get("label", ""), KIND)
        reference = self.mode._applications.add(session, attempt, attempt.subject, key, step, label)
        return Enrolled(
            reference, label, f"« {label} » est ajoutée. Son prochain code vous permettra de vous connecter."
        )


class TotpMode(TypedCodeMode):
    """See the module."""

    name = "totp"
    enrols_with = TotpEnrolment
    segment = "totp"
    title = KIND
    description = "Votre mot de passe, puis le code à six chiffres qu’affiche l’application de votre téléphone."
    icon = "phone"
    factors = frozenset({Factor.OTP_DEVICE})
    wrong = WRONG
    empty = EMPTY
    page = f"{_TEMPLATES}/code.jinja2"

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._applications = Applications(registry)

    # --- signing in

    def typed(self, attempt: Attempt) -> str:
        """Return the six digits, however they were spaced."""
        return compact(attempt.values.get("code", "")[:64])

    def use(self, session: Session, attempt: Attempt, subject: str, prepared: object) -> str | None:
        """Accept a step of one of the person's applications, once."""
        return self._applications.accept(session, attempt, subject, self.typed(attempt))

    def usable_by(self, session: Session, subject: str) -> bool:
        """Tell whether the person has an application."""
        return self._applications.count(session, subject) > 0

    # --- « Mes dispositifs »

    def credentials(self, session: Session, subject: str) -> Sequence[Credential]:
        """Return the person's applications; a key never leaves the service."""
        return [
            Credential(
                reference=row.id,
                label=row.label,
                added_at=row.added_at,
                last_used_at=row.last_used_at,
                kind=KIND,
                place=self._applications.address(row),
                note=_drift_note(row.drift),
            )
            for row in self._applications.of(session, subject)
        ]

    def rename(self, session: Session, subject: str, reference: str, label: str) -> bool:
        """Give it another name."""
        return self._applications.rename(session, subject, reference, device_name(label, KIND))

    def revoke(self, session: Session, subject: str, reference: str, *, reason: str) -> bool:
        """Delete it, its key with it."""
        return self._applications.revoke(session, subject, reference)

    def _page(self, attempt: Attempt, key: str) -> Ask:
        issuer = find(self.registry, PortalSettings).name
        address = codes.address_of(key, account=attempt.email, issuer=issuer)
        values = {
            "qr": qr_svg(address, "QR code à lire avec l’application d’authentification"),
            "key": codes.grouped(key),
            "account": attempt.email,
            "issuer": issuer,
            "label": attempt.values.get("label", "")[:60],
        }
        return Ask(f"{_TEMPLATES}/enrol.jinja2", values, state={"key": key})


def _drift_note(drift: int) -> str:
    if not drift:
        return ""
    side = "en avance" if drift > 0 else "en retard"
    return f"Horloge {side} d’environ {abs(drift) * codes.SECONDS} secondes"

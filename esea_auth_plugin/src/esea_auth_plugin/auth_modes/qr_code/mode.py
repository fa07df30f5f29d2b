"""« QR code » (``/connexion/qr``): the workstation's side. ``__init__.py`` says what it stops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...authentication.contract import (
    Ask,
    Attempt,
    AuthMode,
    Begun,
    Capability,
    Data,
    Enrolment,
    Poll,
    Proven,
    Refused,
    Result,
    Wait,
)
from ...authentication.credentials.suspension import SuspendedFactors
from ...foundation.database import lock_accounts
from ...foundation.layout.qr import qr_svg
from ...foundation.throttling import Addresses
from ...interfaces import Factor, IPasskeys, Limit, PortalSettings, Proof
from ...pyramid_types import Registry
from ...services import find
from .adding import PhoneAdding
from .service import APPROVED, ENROLMENT, OTHER, REFUSED, SIGN_IN, WAITING, WRONG, QrRequests, Request, Shown
from .settings import QrSettings
from .words import MODE, NO_PHONE, OTHER_PERSON, OVER, PASSKEYS, SHUT, WRONG_NUMBER
from .words import REFUSED as REFUSED_THERE

_TEMPLATES = "esea_auth_plugin:auth_modes/qr_code/templates"
_SCRIPT = "esea_auth_plugin:static/qr.js"
RENEW = "renouveler"
BEGUN = Limit("qr.begun", 120, timedelta(minutes=10))
#: The script asks for another code as the former one ends; without it the page's own form does, this much later.
_SCRIPT_GOES_FIRST = 6
_ENDS = {
    REFUSED: Refused("qr.refused", REFUSED_THERE, over=True),
    WRONG: Refused("qr.wrong_number", WRONG_NUMBER, over=True),
    OTHER: Refused("qr.other_person", OTHER_PERSON, over=True),
}


class QrCodeEnrolment(Enrolment):
    """Adds a credential of :class:`QrCodeMode`."""

    mode: QrCodeMode
    title = "Ajouter mon téléphone avec un QR code"
    description = (
        "Votre téléphone lit un code sur cet écran et y crée sa clé d’accès : il ouvrira ensuite vos sessions ici "
        "comme sur n’importe quel poste."
    )

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Show a code that lets one telephone make a passkey for this person."""
        return self.mode._adding.page(attempt, self.mode._requests.open(session, attempt, ENROLMENT), self.mode.pace)

    def ask(self, session: Session, attempt: Attempt) -> Ask | Wait:
        """Show the code, or which telephone answered."""
        return self.mode._adding.ask(session, attempt, self.mode.pace)

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Keep what the telephone made, once its person has said that it is theirs."""
        return self.mode._adding.answer(session, attempt, self.mode.pace)


class QrCodeMode(AuthMode):
    """See the module."""

    name = MODE
    enrols_with = QrCodeEnrolment
    segment = "qr"
    title = "QR code"
    description = "Votre téléphone lit le code de cet écran et approuve avec sa clé d’accès. Rien à taper ici."
    icon = "phone"
    factors = frozenset({Factor.REMOTE_DEVICE})
    capabilities = frozenset({Capability.FINDS_PERSON, Capability.ENROLS})
    actions = frozenset({RENEW})
    rests_on = PASSKEYS

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._adding = PhoneAdding(registry)

    @property
    def pace(self) -> int:
        """Seconds between two questions of a waiting page."""
        return find(self.registry, QrSettings).poll_seconds

    @property
    def _requests(self) -> QrRequests:
        return find(self.registry, QrRequests)

    # --- signing in

    def ask(self, session: Session, attempt: Attempt) -> Wait:
        """Show the code of this sign-in; before there is one, a page that asks for it by itself."""
        found = self._requests.of_attempt(session, attempt)
        if found is None or found.state != WAITING or found.ends_at <= attempt.at:
            return Wait(f"{_TEMPLATES}/start.jinja2", 1)
        shown = Shown(found.id, attempt.state["code"], attempt.state["number"], found.ends_at)
        return self._page(attempt, shown)

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Make a code, unless who asks was reported, or is somebody without any telephone to read it."""
        if self._requests.shut_out(session, attempt):
            return Refused("qr.shut", SHUT, over=True)
        if attempt.subject is not None and not self.usable_by(session, attempt.subject):
            return Refused("qr.no_phone", NO_PHONE, over=True)
        return self._new(session, attempt)

    def begin_limits(self, attempt: Attempt) -> Sequence[tuple[Limit, str]]:
        """Keep one address from filling the table: each beginning writes a row, for whoever comes."""
        return (find(self.registry, Addresses).use(BEGUN, attempt.address),)

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Collect the telephone's approval, or make another code when the time of this one is over."""
        found = self._requests.of_attempt(session, attempt)
        if found is not None and found.state in _ENDS:
            return Data({"ready": True}) if attempt.action == RENEW else _ENDS[found.state]
        if found is not None and found.ends_at > attempt.at and found.state == WAITING:
            left = _seconds(found.ends_at, attempt.at)
            return Data({"seconds": left}) if attempt.action == RENEW else self.ask(session, attempt)
        if found is not None and found.state == APPROVED and found.ends_at > attempt.at:
            return Data({"ready": True}) if attempt.action == RENEW else self._collect(session, attempt, found)
        if found is not None and found.state not in {WAITING, APPROVED}:
            return Refused("qr.over", OVER, over=True)
        if self._requests.shut_out(session, attempt):
            return Refused("qr.shut", SHUT, over=True)
        page = self._new(session, attempt)
        return self._renewed(page) if attempt.action == RENEW else page

    def poll(self, session: Session, attempt_id: str, at: datetime) -> Poll:
        """Tell a page of an enrolment whether the telephone answered."""
        return self._poll(self._requests.progress(session, attempt_id), at, grace=0)

    def poll_by_cookie(self, session: Session, cookie_digest: str, at: datetime) -> Poll:
        """Tell a waiting workstation whether the telephone decided: one query, however many wait."""
        found = self._requests.progress_of_cookie(session, cookie_digest, at)
        return self._poll(found, at, grace=_SCRIPT_GOES_FIRST)

    def usable_by(self, session: Session, subject: str) -> bool:
        """Tell whether the person has a passkey: any of them may be on a telephone."""
        return find(self.registry, IPasskeys).held_by(session, subject)

    def _collect(self, session: Session, attempt: Attempt, found: Request) -> Result:
        subject, key = found.decided_by or "", found.authenticator
        if attempt.subject not in {None, subject}:
            return _ENDS[OTHER]
        lock_accounts(self.registry, session, subject)
        proof = Proof(mode=MODE, factors=self.factors, means=("pop", "user", "mca"), at=attempt.at, authenticator=key)
        # The core asks whether a QR approval is frozen; what signed it is a passkey, which may be.
        signed = Proof(mode=PASSKEYS, factors=self.factors, means=proof.means, at=attempt.at, authenticator=key)
        if find(self.registry, SuspendedFactors).refuses(session, subject, signed):
            return Refused("factor.frozen", self.wrong, over=True)  # as the core says it of its own
        if not self._requests.collect(session, found, attempt.at):
            return Refused("qr.over", OVER, over=True)
        return Proven(subject, proof)

    def _new(self, session: Session, attempt: Attempt) -> Wait:
        return self._page(attempt, self._requests.open(session, attempt, SIGN_IN))

    def _page(self, attempt: Attempt, shown: Shown) -> Wait:
        address = find(self.registry, PortalSettings).absolute(f"/qr/{shown.code}")
        values = {
            "qr": qr_svg(address, "QR code à lire avec votre téléphone"),
            "code": shown.code,
            "number": shown.number,
            "typed_at": find(self.registry, PortalSettings).absolute("/qr"),
            "seconds": _seconds(shown.ends_at, attempt.at),
            "renew": RENEW,
            "script": _SCRIPT,
        }
        state = {"request": shown.id, "code": shown.code, "number": shown.number}
        return Wait(f"{_TEMPLATES}/wait.jinja2", self.pace, values, state)

    def _renewed(self, page: Wait) -> Data:
        told = {name: page.values[name] for name in ("code", "number", "seconds")}
        return Data({**told, "qr": str(page.values["qr"])}, state=page.state)

    def _poll(self, found: tuple[str, datetime] | None, at: datetime, *, grace: int) -> Poll:
        if found is None:
            return Poll(ready=True)
        state, ends_at = found
        over = (at - ends_at).total_seconds() >= grace
        return Poll(ready=over or state not in {WAITING, *self._adding.under_way}, seconds=self.pace)

    # --- « Mes dispositifs »: the telephone is added as a passkey, which is the passkeys' to list and to end

    def revoke(self, session: Session, subject: str, reference: str, *, reason: str) -> bool:
        """End nothing: what is added here is a passkey."""
        return False


def _seconds(ends_at: datetime, at: datetime) -> int:
    return max(0, int((ends_at - at).total_seconds()))

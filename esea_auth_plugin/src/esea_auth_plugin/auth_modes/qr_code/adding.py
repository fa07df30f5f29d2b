"""Adding a telephone by QR code: the workstation's side, in a session at its account's top level.

The telephone makes the key and the workstation keeps it, once its person has typed there the number that only the
telephone shows. Who reads code and number over their shoulder and answers first gets a number that nobody types: two
telephones of one model look alike in words, their screens do not.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from ...authentication.contract import Ask, Attempt, Enrolled, Refused, Result, Wait
from ...foundation.layout.browsers import browser_fr
from ...foundation.layout.qr import qr_svg
from ...foundation.security import tokens
from ...interfaces import IPasskeys, PortalSettings
from ...pyramid_types import Registry
from ...services import find
from . import codes
from .geolocation import Geolocation
from .service import ANSWERED, PAIRED, REFUSED, WAITING, WRONG, QrRequests, Request, Shown
from .words import CHECK_WRONG, ENROL_EXPIRED, ENROL_REFUSED, ENROL_WRONG, KEY_REFUSED, OVER, PASSKEYS

_TEMPLATES = "esea_auth_plugin:auth_modes/qr_code/templates"
_ENDS = {
    REFUSED: Refused("qr.refused", ENROL_REFUSED, over=True),
    WRONG: Refused("qr.wrong_number", ENROL_WRONG, over=True),
}


def purpose(request_id: str) -> str:
    """Return what the new key is made for: this very request."""
    return f"qr.enrol|{request_id}"


class PhoneAdding:
    """See the module. :ivar under_way: states in which the workstation waits."""

    under_way = frozenset({WAITING, PAIRED})

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def page(self, attempt: Attempt, shown: Shown, pace: int) -> Wait:
        """Show the code and the number."""
        portal = find(self._registry, PortalSettings)
        values = {
            "qr": qr_svg(portal.absolute(f"/qr/{shown.code}"), "QR code à lire avec le téléphone à ajouter"),
            "code": shown.code,
            "number": shown.number,
            "typed_at": portal.absolute("/qr"),
        }
        state = {"request": shown.id, "code": shown.code, "number": shown.number}
        return Wait(f"{_TEMPLATES}/enrol.jinja2", pace, values, state)

    def ask(self, session: Session, attempt: Attempt, pace: int) -> Ask | Wait:
        """Show the code while nobody answered, then which telephone did; writes nothing."""
        found = find(self._registry, QrRequests).of_attempt(session, attempt)
        if found is not None and found.ends_at > attempt.at:
            if found.state == ANSWERED:
                return self._confirm(found)
            if found.state in self.under_way:
                shown = Shown(found.id, attempt.state["code"], attempt.state["number"], found.ends_at)
                return self.page(attempt, shown, pace)
        return Wait(f"{_TEMPLATES}/start.jinja2", 1)

    def answer(self, session: Session, attempt: Attempt, pace: int) -> Result:
        """Judge where the request stands; only « c’est mon téléphone » keeps the key."""
        requests = find(self._registry, QrRequests)
        found = requests.of_attempt(session, attempt)
        if found is None:
            return Refused("qr.enrolment_lost", ENROL_EXPIRED, over=True)
        if found.state in _ENDS:
            return _ENDS[found.state]
        if found.ends_at <= attempt.at:
            return Refused("qr.expired", ENROL_EXPIRED, over=True)
        number = codes.read_number(attempt.values.get("check", ""))
        if found.state in self.under_way or (found.state == ANSWERED and number is None):
            return self.ask(session, attempt, pace)
        # Used up before it is compared: one wrong number is all there is, whatever arrives at the same moment.
        if found.state != ANSWERED or not requests.collect(session, found, attempt.at):
            return Refused("qr.over", OVER, over=True)
        if not tokens.equal(found.answer.get("check", ""), number or ""):
            return Refused("qr.wrong_check", CHECK_WRONG, over=True)
        return self._keep(session, attempt, found)

    def _keep(self, session: Session, attempt: Attempt, found: Request) -> Result:
        typed = attempt.values.get("label", "")[:200].strip()
        key = find(self._registry, IPasskeys).register(
            session,
            values={name: found.answer.get(name, "") for name in ("credential", "challenge")},
            subject=attempt.subject or "",
            browser=found.phone,
            purpose=purpose(found.id),
            at=attempt.at,
            label=typed or browser_fr(found.answer.get("agent", "")),
        )
        if key is None:
            return Refused("qr.key_refused", KEY_REFUSED, over=True)
        said = f"« {key.label} » est ajouté : il ouvrira vos prochaines sessions, ici ou ailleurs."
        return Enrolled(key.reference, key.label, said, mode=PASSKEYS)

    def _confirm(self, found: Request) -> Ask:
        where = find(self._registry, Geolocation).place(found.answer.get("address", ""))
        values = {"phone": browser_fr(found.answer.get("agent", "")), "where": where.name}
        return Ask(f"{_TEMPLATES}/confirm.jinja2", values)

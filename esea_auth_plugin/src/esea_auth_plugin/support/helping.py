"""What helps a caller within a minute: devices by name, the last sign-ins with refusals, and what became of mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ..authentication.contract import AuthMode, Capability, Credential
from ..authentication.registry import modes_of
from ..foundation.audit import actions_of, activity_page, personal_of_all
from ..foundation.layout.browsers import browser_fr
from ..interfaces import AccountView, DeliveryView, IOutbox, ISealer, ISessions, SessionView
from ..pyramid_types import PortalRequest, Registry, TemplateValues
from ..services import find

SIGN_INS = 8
MAILS = 5
_ACTIONS = ("sign_in.succeeded", "sign_in.raised", "sign_in.refused")
#: State of an email: words, colour of the badge.
MAIL_STATES: Mapping[str, tuple[str, str]] = {
    "waiting": ("En attente d’envoi", "warning"),
    "sending": ("Envoi en cours", "info"),
    "sent": ("Remis au serveur de messagerie", "success"),
    "given_up": ("Refusé, plus d’essai", "danger"),
    "expired": ("Expiré avant l’envoi", "danger"),
    "withheld": ("Retenu : adresse non vérifiée", "danger"),
}


@dataclass(frozen=True, slots=True)
class SignInTried:
    """One sign-in of the person, or one that was refused. ``code``: why, as the log says it."""

    at: datetime
    sentence: str
    mode: str
    browser: str
    refused: bool
    code: str


def helping(request: PortalRequest, account: AccountView) -> TemplateValues:
    """Return what the account's page shows a reviewer who has the person on the telephone."""
    registry, session, subject = request.registry, request.dbsession, account.subject
    tried = _sign_ins(registry, session, subject)
    return {
        "devices": _devices(registry, session, subject),
        "sign_ins": tried,
        "last_success": next((one for one in tried if not one.refused), None),
        "last_refusal": next((one for one in tried if one.refused), None),
        "mails": _mails(registry, session, account),
        "mail_states": MAIL_STATES,
        "sessions": [(one, _means(registry, one)) for one in find(request, ISessions).of_subject(session, subject)],
    }


def _devices(registry: Registry, session: Session, subject: str) -> Sequence[tuple[AuthMode, Credential]]:
    """Return the credentials of a person with their modes: one query a mode, however many they hold."""
    enrolling = [mode for mode in modes_of(registry).all() if Capability.ENROLS in mode.capabilities]
    return [(mode, credential) for mode in enrolling for credential in mode.credentials(session, subject)]


def _sign_ins(registry: Registry, session: Session, subject: str) -> Sequence[SignInTried]:
    rows = activity_page(session, subject, actions=_ACTIONS, most=SIGN_INS)
    personal = personal_of_all(session, find(registry, ISealer), [row.id for row in rows])
    words, modes = actions_of(registry), modes_of(registry)
    tried = []
    for row in rows:
        mode = modes.get(str(row.details.get("mode", "")))
        agent = personal.get(row.id, {}).get("user_agent", "")
        browser = browser_fr(agent) if agent else ""
        refused = row.outcome != "success"
        code = str(row.details.get("code", "")) if refused else ""
        tried.append(SignInTried(row.at, words.get(row.action, ""), mode.title if mode else "", browser, refused, code))
    return tried


def _mails(registry: Registry, session: Session, account: AccountView) -> Sequence[DeliveryView]:
    return find(registry, IOutbox).sent_to(session, account.email, most=MAILS)


def _means(registry: Registry, view: SessionView) -> str:
    modes = (modes_of(registry).get(proof.mode) for proof in view.proofs)
    return ", ".join(dict.fromkeys(mode.title for mode in modes if mode is not None))

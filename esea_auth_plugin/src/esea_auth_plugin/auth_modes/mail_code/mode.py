"""« OTP », the handbook's mode: six digits sent by mail, after the password; ranked low (decisions.md, ADR 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from ...authentication.contract import Ask, Attempt, AuthMode, Begun, Proven, Refused, Result
from ...interfaces import Factor, Limit, Proof
from ...normalise.codes import compact
from ...pyramid_types import Registry
from .service import MailCodes, Verdict, waits

PAGE = "esea_auth_plugin:auth_modes/mail_code/templates/code.jinja2"
AGAIN = "renvoyer"
WRONG_PER_ACCOUNT = Limit("mail_code.account", 10, timedelta(hours=1))
RESENDS_PER_ACCOUNT = Limit("mail_code.resend", 5, timedelta(hours=1))
#: Starts of this stage, each of which mails a code. Ten an hour leave room for workstations that keep no cookie.
STARTS_PER_ACCOUNT = (
    Limit("mail_code.start", 10, timedelta(hours=1)),
    Limit("mail_code.start.day", 30, timedelta(days=1)),
)

_MESSAGES = {
    Verdict.WRONG: "Ce code n'est pas le bon. Recopiez les six chiffres du dernier courriel reçu.",
    Verdict.EXPIRED: "Ce code a expiré : il valait 10 minutes. Demandez-en un autre.",
    Verdict.EXHAUSTED: "Cinq essais ont été faits avec cette connexion. Par sécurité, recommencez depuis le début.",
}


class MailCodeMode(AuthMode):
    """See the module."""

    name = "mail_code"
    segment = "otp"
    title = "OTP"
    description = "Votre mot de passe, puis un code à usage unique envoyé sur votre boîte mail."
    icon = "mail"
    factors = frozenset({Factor.MAILBOX})
    after = frozenset({Factor.PASSWORD})
    actions = frozenset({AGAIN})

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._codes = MailCodes(registry)

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Show where the code went, and when another may be asked for."""
        row = self._codes.row(session, attempt.id)
        return Ask(
            PAGE,
            {"mailbox": masked(attempt.email), "wait": waits(row, attempt.at) if row else 0, "again": AGAIN},
        )

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Send the first code."""
        if attempt.subject is None or not attempt.email:
            return Refused("mail_code.nobody", "Commencez par votre identifiant et votre mot de passe.", over=True)
        self._codes.send(session, attempt, attempt.subject)
        return self.ask(session, attempt)

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Check a code, or send another one."""
        if attempt.subject is None:
            return Refused("mail_code.nobody", "Commencez par votre identifiant et votre mot de passe.", over=True)
        if attempt.action == AGAIN:
            return self._again(session, attempt, attempt.subject)
        typed = attempt.values.get("code", "")[:64]
        if not compact(typed):
            return Refused("mail_code.empty", "Saisissez les six chiffres reçus par courriel.")
        verdict = self._codes.judge(session, attempt, attempt.subject, typed)
        if verdict is not Verdict.RIGHT:
            return Refused(f"mail_code.{verdict}", _MESSAGES[verdict], over=verdict is Verdict.EXHAUSTED)
        proof = Proof(mode=self.name, factors=self.factors, means=("otp",), at=attempt.at)
        return Proven(attempt.subject, proof)

    def limits(self, attempt: Attempt) -> Sequence[tuple[Limit, str]]:
        """Ten wrong codes an hour an account, across sign-ins, resends and codes."""
        if attempt.subject is None or attempt.action or not compact(attempt.values.get("code", "")):
            return ()
        return ((WRONG_PER_ACCOUNT, attempt.subject),)

    def begin_limits(self, attempt: Attempt) -> Sequence[tuple[Limit, str]]:
        """Ten sign-ins an hour that mail a code to the account, thirty a day (ASVS 6.6.4)."""
        return tuple((limit, attempt.subject) for limit in STARTS_PER_ACCOUNT) if attempt.subject is not None else ()

    def action_limits(self, attempt: Attempt) -> Sequence[tuple[Limit, str]]:
        """Five resends an hour an account: nobody's mailbox is flooded (ASVS 6.6.4)."""
        return ((RESENDS_PER_ACCOUNT, attempt.subject),) if attempt.subject is not None else ()

    def usable_by(self, session: Session, subject: str) -> bool:
        """Every account has a confirmed mailbox."""
        return True

    def _again(self, session: Session, attempt: Attempt, subject: str) -> Result:
        if self._codes.send_again(session, attempt, subject):
            message = "Un nouveau code est parti. Les deux derniers codes reçus sont acceptés."
        else:
            message = "Un code est parti il y a moins d'une minute. Patientez un peu avant d'en demander un autre."
        shown = self.ask(session, attempt)
        return Ask(shown.page, shown.values, message)


def masked(email: str) -> str:
    """Return an address that its owner recognises and nobody else learns: « a…e@chu.example.fr »."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}…{local[-1:] if len(local) > 2 else ''}@{domain}" if domain else ""

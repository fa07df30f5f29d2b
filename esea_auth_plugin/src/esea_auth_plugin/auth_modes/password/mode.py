"""« Identifiant - Mot de passe »: finds the person by identifier or e-mail, and checks what they know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.orm import Session

from ...accounts.names import normalise_login
from ...authentication.contract import Ask, Attempt, AuthMode, Capability, Claim, Proven, Refused, Result
from ...foundation.database import IDatabase, lock_accounts
from ...interfaces import AccountState, Factor, IAccounts, IPasswords, Proof
from ...services import find
from .service import Checked, Passwords

PAGE = "esea_auth_plugin:auth_modes/password/templates/password.jinja2"
#: One sentence for every reason (ANSSI PG-078 R14): unknown, wrong, suspended, not confirmed yet.
WRONG = "Identifiant ou mot de passe incorrect. Vérifiez la saisie, puis réessayez."
MAX_LOGIN_LENGTH = 320


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found before the transaction: whose login it is, and what its password is worth."""

    subject: str | None
    active: bool
    checked: Checked


class PasswordMode(AuthMode):
    """See the module."""

    name = "password"
    segment = "mot-de-passe"
    title = "Identifiant - Mot de passe"
    description = "Votre identifiant ou votre adresse email, et votre mot de passe."
    icon = "lock"
    factors = frozenset({Factor.PASSWORD})
    capabilities = frozenset({Capability.FINDS_PERSON})
    wrong = WRONG

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Ask for login and password; only the password when the person is known."""
        return Ask(
            PAGE, {"login": attempt.values.get("login", "")[:MAX_LOGIN_LENGTH], "known": attempt.subject is not None}
        )

    def claim(self, attempt: Attempt) -> Claim | None:
        """Return the account that the typed login names."""
        login = normalise_login(attempt.values.get("login", "")[:MAX_LOGIN_LENGTH])
        if attempt.subject is not None:
            return Claim(login, attempt.subject)
        with find(self.registry, IDatabase).reading() as session:
            account = find(self.registry, IAccounts).by_login(session, login)
        return Claim(login, account.subject if account is not None else None)

    def prepare(self, attempt: Attempt) -> Examined:
        """Look the login up and verify the password: the same queries and one hash, whoever it is."""
        login, password = attempt.values.get("login", ""), attempt.values.get("password", "")
        with find(self.registry, IDatabase).reading() as session:
            accounts = find(self.registry, IAccounts)
            if attempt.subject is not None:
                account = accounts.by_subject(session, attempt.subject)
            else:
                account = accounts.by_login(session, login[:MAX_LOGIN_LENGTH])
        active = account is not None and account.state is AccountState.ACTIVE
        subject = account.subject if account is not None and active else None
        return Examined(subject, active, self._passwords.examine(subject, password))

    def expected_subject(self, attempt: Attempt, prepared: Examined) -> str | None:
        """Return the account, once its password was found right."""
        return prepared.subject if prepared.active and prepared.checked.right else None

    def answer(self, session: Session, attempt: Attempt, prepared: Examined) -> Result:
        """Accept the right password of an active account."""
        if not attempt.values.get("password"):
            return Refused("password.empty", "Saisissez votre mot de passe.")
        if not prepared.checked.right or not prepared.active or prepared.subject is None:
            return Refused("password.wrong", WRONG)
        lock_accounts(self.registry, session, prepared.subject)
        if not self._passwords.still(session, prepared.subject, prepared.checked):
            return Refused("password.changed_meanwhile", WRONG)
        self._passwords.renew(session, prepared.subject, prepared.checked)
        proof = Proof(mode=self.name, factors=self.factors, means=("pwd",), at=attempt.at)
        return Proven(prepared.subject, proof)

    def usable_by(self, session: Session, subject: str) -> bool:
        """Tell whether the account has a password."""
        return self._passwords.held_by(session, subject)

    @property
    def _passwords(self) -> Passwords:
        return cast(Passwords, find(cast(Any, self.registry), IPasswords))

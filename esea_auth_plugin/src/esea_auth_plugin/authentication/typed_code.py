"""A code that is typed after the password: counted before it is judged, and refused alike, whoever compares it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from sqlalchemy.orm import Session

from ..interfaces import Factor, Limit, Proof
from ..pyramid_types import Registry
from .attempts.failures import FailureCounter
from .contract import Ask, Attempt, AuthMode, Begun, Capability, Proven, Refused, Result

NOBODY = "Commencez par votre identifiant et votre mot de passe."
OVER = "Cinq essais ont été faits avec cette connexion. Par sécurité, recommencez depuis le début."


class TypedCodeMode(AuthMode):
    """Base of the modes whose people read a code somewhere and type it: five tries a sign-in, ten wrong ones an hour.

    A mode says how a code is read and used up; its page, and every refusal, are the same for who has none.
    """

    after = frozenset({Factor.PASSWORD})
    capabilities = frozenset({Capability.ENROLS})
    #: Template of the page that asks for the code.
    page: ClassVar[str]
    #: French, said to who sends nothing.
    empty: ClassVar[str]

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._tries = FailureCounter(self.name)
        self._wrong_per_account = Limit(f"{self.name}.account", 10, timedelta(hours=1))

    @abstractmethod
    def typed(self, attempt: Attempt) -> str:
        """Return the code as it is compared and stored, ``""`` if none was typed (row 9: one normaliser for both)."""

    @abstractmethod
    def use(self, session: Session, attempt: Attempt, subject: str, prepared: object) -> str | None:
        """Use a code up, once; return the reference of the credential it belongs to, ``None``: it is not accepted."""

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        """Ask for the code; the page is the same for who has none."""
        return Ask(self.page)

    def begin(self, session: Session, attempt: Attempt) -> Begun:
        """Begin to count the tries of this sign-in."""
        if attempt.subject is None:
            return Refused(f"{self.name}.nobody", NOBODY, over=True)
        self._tries.begin(session, attempt.id, attempt.at)
        return self.ask(session, attempt)

    def answer(self, session: Session, attempt: Attempt, prepared: object) -> Result:
        """Accept a code once."""
        if attempt.subject is None:
            return Refused(f"{self.name}.nobody", NOBODY, over=True)
        if not self.typed(attempt):
            return Refused(f"{self.name}.empty", self.empty)
        number = self._tries.take(session, attempt.id)
        if number is None:
            return Refused(f"{self.name}.exhausted", OVER, over=True)
        reference = self.use(session, attempt, attempt.subject, prepared)
        if reference is None:
            over = number >= self._tries.most
            return Refused(f"{self.name}.wrong", OVER if over else self.wrong, over=over)
        means = ("otp",)
        proof = Proof(mode=self.name, factors=self.factors, means=means, at=attempt.at, authenticator=reference)
        return Proven(attempt.subject, proof)

    def limits(self, attempt: Attempt) -> Sequence[tuple[Limit, str]]:
        """Ten wrong codes an hour an account, across sign-ins and devices."""
        if attempt.subject is None or not self.typed(attempt):
            return ()
        return ((self._wrong_per_account, attempt.subject),)

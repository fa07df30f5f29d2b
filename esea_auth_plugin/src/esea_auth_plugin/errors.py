"""Errors that this plugin raises for people and for operators.

An error for a person carries a French message that says what to do next and a stable code for the log.
An error for an operator carries every problem found, each naming the key, the file and the cure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class PortalError(Exception):
    """Something that a person asked can't be done; shown beside the field or on a page of its own.

    :cvar code: stable name for logs, audit rows and problem details, e.g. ``review.already_decided``.
    :cvar status: HTTP status of the page when nobody shows it beside a field.
    """

    code = "portal.refused"
    status = 400

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class TooManyAttempts(PortalError):
    """A limit is reached. ``retry_after`` is the number of whole seconds before the next try may count."""

    code = "throttle.too_many"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CookiesNeeded(PortalError):
    """The browser sent no cookie where the page before it has set one: it refuses them."""

    code = "portal.cookies_needed"

    def __init__(self) -> None:
        super().__init__(
            "Le portail a besoin de cookies pour ouvrir le lien de votre courriel, et votre navigateur n'en a envoyé "
            "aucun. Le lien n'a pas été utilisé : il reste valable."
        )


class ServiceUnavailable(PortalError):
    """A mechanism that a security decision needs is down: the door stays closed (fail closed)."""

    code = "portal.unavailable"
    status = 503


class OperatorError(Exception):
    """Something outside the program that an operator must correct; the message is one line, logged without a stack."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that an operator must change before the portal starts.

    :ivar key: the setting, section or plugin name concerned; never its value.
    :ivar where: the file (and line) or the distribution it came from, or ``""`` when unknown.
    :ivar cause: what is wrong.
    :ivar cure: what to do about it.
    """

    key: str
    where: str
    cause: str
    cure: str

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.key}{place}: {self.cause} -> {self.cure}"


class ConfigurationError(Exception):
    """Everything that stops the start, told at once, one line a problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(["the portal can't start:", *(f"  - {problem}" for problem in problems)]))

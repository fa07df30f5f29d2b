"""The one gate in front of every answer of a sign-in: how many failures an account, an address, a browser may have.

Every path that checks a secret goes through it (threat-model.md row 24). It counts before the request's transaction,
and a success gives its counts back once the transaction is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import TooManyAttempts
from ...foundation.throttling import (
    Addresses,
    failures_of_account,
    failures_of_address,
    failures_of_known_browser,
    in_known_browser,
)
from ...interfaces import IThrottle, Limit, Reservation
from ...pyramid_types import PortalRequest
from ...services import find
from .browsers import Browser, browser_of

Use = tuple[Limit, str]


@dataclass
class LimitReservation:
    """Counts taken for one answer.

    :ivar silent: the account's hidden limit is full; answer as to a wrong secret.
    :ivar login: what was typed. :ivar subject: the account that it names.
    """

    taken: list[Reservation]
    silent: bool = False
    login: str = ""
    subject: str | None = None

    def give_back_after(self, request: PortalRequest) -> None:
        """Give the counts back when the request has ended well."""

        def give_back(request: PortalRequest) -> None:
            if getattr(request, "exception", None) is None:
                for reservation in self.taken:
                    reservation.give_back()

        request.add_finished_callback(give_back)


def enter(
    request: PortalRequest, name: str, *, login: str, subject: str | None, browser: Browser, more: Sequence[Use] = ()
) -> LimitReservation:
    """Count a try at ``name`` (a mode, ``recovery``…).

    What was typed has a counter that may be told. The account behind it has another one that may not: were it told, two
    names that share it would be known to be one account. Unknown logins are counted alike.

    :param login: what was typed, ``""`` when the person is known already. :raises TooManyAttempts: with the wait.
    """
    throttle = find(request, IThrottle)
    if subject is not None and browser.known_to(subject):
        own = failures_of_known_browser(name, subject, browser.rows[subject])
        more = in_known_browser(more, subject, browser.rows[subject])
        return LimitReservation([throttle.reserve(*own, *more)], login=login, subject=subject)
    if not login and subject is None and browser.rows:
        # The answer names nobody (a passkey, a card): failures of others at this address do not count here.
        here = (failures_of_address(f"{name}.known_browser"), min(browser.rows.values()))
        return LimitReservation([throttle.reserve(here, *more)])
    address = find(request, Addresses).use(failures_of_address(name), request.client_address)
    if not login:
        own = failures_of_account(f"{name}.person", subject) if subject is not None else ()
        return LimitReservation([throttle.reserve(address, *own, *more)], subject=subject)
    taken = [throttle.reserve(address, *failures_of_account(f"{name}.login", login), *more)]
    try:
        taken.append(throttle.reserve(*failures_of_account(f"{name}.person", subject or f"unknown:{login}")))
    except TooManyAttempts:
        return LimitReservation(taken, silent=True, login=login, subject=subject)
    return LimitReservation(taken, login=login, subject=subject)


def limits_here(request: PortalRequest, uses: Sequence[Use], subject: str | None) -> Sequence[Use]:
    """Return limits as they apply in this browser: one known to the account has counters of its own."""
    browser = browser_of(request)
    if subject is None or not browser.known_to(subject):
        return uses
    return in_known_browser(uses, subject, browser.rows[subject])


def use_up(request: PortalRequest, uses: Sequence[Use], subject: str | None) -> None:
    """Count an act that stays counted, whatever becomes of it (an email sent)."""
    if uses:
        find(request, IThrottle).reserve(*limits_here(request, uses, subject))


@dataclass
class StageStart:
    """Counts for starting a stage, taken before the transaction in which the stage before it may be proven.

    :ivar subject: the account that is counted.
    :ivar refused: the limit that is reached. It is told only to who proves the stage before: nobody else learns from it
        that the account exists.
    :ivar done: the stage was started; else the counts are given back after the request.
    """

    subject: str | None = None
    reservation: Reservation | None = None
    refused: TooManyAttempts | None = None
    done: bool = False


def reserve_start(request: PortalRequest, uses: Sequence[Use], subject: str) -> StageStart:
    """Count the start of a stage for an account; see :class:`StageStart`."""
    if not uses:
        return StageStart(subject)
    try:
        start = StageStart(subject, find(request, IThrottle).reserve(*limits_here(request, uses, subject)))
    except TooManyAttempts as error:
        return StageStart(subject, refused=error)

    def give_back(request: PortalRequest) -> None:
        failed = getattr(request, "exception", None) is not None
        if start.reservation is not None and (failed or not start.done):
            start.reservation.give_back()

    request.add_finished_callback(give_back)
    return start

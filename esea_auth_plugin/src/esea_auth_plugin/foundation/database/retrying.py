"""Repeats acts that must win when their transaction lost a lock: what protects an account is never given up.

Only the act is repeated, in a new transaction, never the whole request (as ``pyramid_retry`` would): limits were
counted, passwords hashed and writes deferred before the request's transaction began, and would be doubled. An act
that is repeated

- does nothing but write in the session it is given: audit events, emails in the outbox and what subscribers write are
  rows of the transaction that was rolled back, and leave once, with the one that commits;
- is the first and only thing that its transaction writes;
- touches neither the request's session cookie nor its response.

Repeated by :func:`retrying` in requests: suspension, « Ce n'était pas moi », closing an account, revocation of a
device, closing of sessions. Repeated by ``IDatabase.run``: acts of the command line, jobs on accounts. A job that lost
a lock is run again by the worker: each looks for what is due and may be interrupted anywhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ...pyramid_types import PortalRequest
from .locking import ATTEMPTS, locked_accounts, lost_lock

log = logging.getLogger(__name__)

T = TypeVar("T")


def repeated(attempt: Callable[[], T], restart: Callable[[], None] = lambda: None) -> T:
    """Return what ``attempt`` returns, calling it again while it loses locks, :data:`ATTEMPTS` times in all.

    :param restart: called before each repetition; what ``attempt`` began is rolled back by then, or by it.
    """
    for number in range(1, ATTEMPTS + 1):
        try:
            return attempt()
        except DBAPIError as error:
            if number == ATTEMPTS or not lost_lock(error):
                raise
            log.info("a transaction lost a lock (%s) and is run again", getattr(error.orig, "sqlstate", ""))
            restart()
    raise AssertionError("unreachable")  # pragma: no cover


def retrying(request: PortalRequest, act: Callable[[Session], T]) -> T:
    """Run ``act`` in the request's transaction, which is begun anew when it lost a lock; it commits as always.

    :raises RuntimeError: the transaction has written before: a repetition would lose that.
    """
    if locked_accounts(request.dbsession):
        raise RuntimeError("an act that is repeated must be the first that its transaction writes")

    def attempt() -> T:
        result = act(request.dbsession)
        request.dbsession.flush()
        return result

    def restart() -> None:
        request.tm.abort()
        request.tm.begin()

    return repeated(attempt, restart)

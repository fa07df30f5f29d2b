"""The worker's part of the e-CPS: starts requests at PSC and asks for their answers, however many people wait.

Client-Initiated Backchannel Authentication, poll mode: ``interval`` is kept, ``slow_down`` adds five seconds. What is
the person's own gesture (refused, expired) or PSC's failure is told; all the rest waits until its end, like a decoy.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from ...errors import PortalError
from ...pyramid_types import Registry
from ...services import current_time, find
from .arrivals import Who
from .client import PscRefused
from .discovery import PscDown
from .ecps_store import ASKED, DECOY, DONE, DOWN, INVALID, REFUSED, RINGING, Due, EcpsRequests
from .mapper import NobodyNamed
from .provider_errors import Cause, cause_of
from .service import MAX_RINGING, Psc
from .tokens import BadToken

log = logging.getLogger(__name__)

#: Requests that one turn takes on; the next turn comes a second later.
MAX_PER_RUN = 200
#: Questions in a row without an answer before the person is told that PSC is down.
MAX_FAILURES = 3
SLOW_DOWN = 5


def ask_due(registry: Registry) -> None:
    """Job: ask PSC about every request that is due."""
    due = find(registry, EcpsRequests).lease_due(MAX_PER_RUN)
    if not due:
        return
    with ThreadPoolExecutor(max_workers=MAX_RINGING, thread_name_prefix="ecps") as threads:
        for done in [threads.submit(_ask_one, registry, each) for each in due]:
            done.result()


def _ask_one(registry: Registry, due: Due) -> None:
    requests = find(registry, EcpsRequests)
    try:
        if due.state == ASKED:
            _start(registry, due)
        else:
            _collect(registry, due)
    except PscDown as error:
        failures = due.failures + 1
        if failures >= MAX_FAILURES:
            requests.note(due, state=DOWN, code=error.code)
        else:
            requests.note(due, failures=failures, next_at=_in(registry, 2 * failures))
    except PscRefused as error:
        _refused(registry, due, error)
    except (BadToken, NobodyNamed) as error:
        requests.note(due, state=INVALID, code=error.code)
    except PortalError as error:
        log.error("ecps: a request failed (%s)", error.code)
        requests.note(due, state=DOWN, code=error.code)


def _start(registry: Registry, due: Due) -> None:
    started = find(registry, Psc).ringing.start(str(due.content["login_hint"]), due.number)
    find(registry, EcpsRequests).note(
        due,
        content={"auth_req_id": started.auth_req_id},
        state=RINGING,
        interval=started.interval,
        failures=0,
        next_at=_in(registry, started.interval),
    )


def _collect(registry: Registry, due: Due) -> None:
    psc, now = find(registry, Psc), current_time(registry)
    arrival = psc.ringing.collect(str(due.content["auth_req_id"]), at=now)
    who = Who.of(psc.person(arrival), arrival)
    find(registry, EcpsRequests).note(due, content=who.to_state(), state=DONE)


def _refused(registry: Registry, due: Due, error: PscRefused) -> None:
    requests = find(registry, EcpsRequests)
    if error.error == "authorization_pending" and due.state == RINGING:
        requests.note(due, failures=0, next_at=_in(registry, due.interval))
    elif error.error == "slow_down":
        interval = min(due.interval + SLOW_DOWN, 60)
        requests.note(due, failures=0, interval=interval, next_at=_in(registry, interval))
    elif error.error == "access_denied" and due.state == RINGING:
        requests.note(due, state=REFUSED, code=error.code)
    elif cause_of(error.error) is Cause.SETUP:  # ours to repair, not the person's
        log.error("ecps: PSC refuses this portal (%s)", error.error)
        requests.note(due, state=DOWN, code=error.code)
    else:  # unknown, ineligible, expired over there: it waits until its own end
        requests.note(due, state=DECOY, code=error.code)


def _in(registry: Registry, seconds: int) -> Any:
    return current_time(registry) + timedelta(seconds=seconds)

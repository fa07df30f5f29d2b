"""How often recovery may be asked for: told per address and per login, silent per account."""

from __future__ import annotations

from datetime import timedelta

from ..accounts.names import normalise_login
from ..authentication.attempts.browsers import browser_of
from ..errors import TooManyAttempts
from ..foundation.throttling import Addresses, in_known_browser
from ..interfaces import IThrottle, Limit
from ..pyramid_types import PortalRequest
from ..services import find

_HOUR = timedelta(hours=1)
ADDRESS = Limit("recovery.address", 20, _HOUR)
LOGIN = Limit("recovery.login", 3, _HOUR)
PERSON = Limit("recovery.person", 5, _HOUR)
MAILBOX_ADDRESS = Limit("recovery.mailbox.address", 10, timedelta(days=1))
MAILBOX_LOGIN = Limit("recovery.mailbox.login", 3, timedelta(days=1))
EVERYTHING_ADDRESS = Limit("lost_everything.address", 10, timedelta(days=1))
EVERYTHING_LOGIN = Limit("lost_everything.login", 3, timedelta(days=1))
LINK = Limit("recovery.link.address", 60, _HOUR)


def asked(request: PortalRequest, login: str, subject: str | None) -> bool:
    """Count one email asked for; ``False``: the account behind the login has had enough of them, and nobody is told.

    A browser known to the account has counters of its own: others who ask for the account do not keep its person out.

    :raises TooManyAttempts: this address, or what was typed, was tried too often.
    """
    throttle, name = find(request, IThrottle), normalise_login(login)
    here = find(request, Addresses).use(ADDRESS, request.client_address)
    known = _known(request, subject)
    if subject is not None and known:
        throttle.reserve(here, *in_known_browser([(PERSON, subject)], subject, known))
        return True
    throttle.reserve(here, (LOGIN, name))
    try:
        throttle.reserve((PERSON, subject or f"unknown:{name}"))
    except TooManyAttempts:
        return False
    return True


def mailbox_lost(request: PortalRequest, login: str, subject: str | None) -> None:
    """Count one request to the support."""
    _to_support(request, MAILBOX_ADDRESS, MAILBOX_LOGIN, login, subject)


def everything_lost(request: PortalRequest, login: str, subject: str | None) -> None:
    """Count one lost-everything request: the support's time is what it would waste."""
    _to_support(request, EVERYTHING_ADDRESS, EVERYTHING_LOGIN, login, subject)


def link_used(request: PortalRequest) -> None:
    """Count one use of a link, right or wrong."""
    find(request, IThrottle).reserve(find(request, Addresses).use(LINK, request.client_address))


def _to_support(request: PortalRequest, per_address: Limit, per_login: Limit, login: str, subject: str | None) -> None:
    here = find(request, Addresses).use(per_address, request.client_address)
    known = _known(request, subject)
    if subject is not None and known:
        own = in_known_browser([(per_login, subject)], subject, known)
    else:
        own = ((per_login, normalise_login(login)),)
    find(request, IThrottle).reserve(here, *own)


def _known(request: PortalRequest, subject: str | None) -> str:
    """Return what identifies this browser for the account, ``""`` where the account has never signed in."""
    return browser_of(request).rows.get(subject or "", "")

"""How often recovery may be asked for: told per address and per login, silent per account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ...errors import TooManyAttempts
from ...interfaces import IThrottle, Limit
from ...services import find
from ...throttle import Addresses

_HOUR = timedelta(hours=1)
ADDRESS = Limit("recovery.address", 20, _HOUR)
LOGIN = Limit("recovery.login", 3, _HOUR)
PERSON = Limit("recovery.person", 5, _HOUR)
MAILBOX_ADDRESS = Limit("recovery.mailbox.address", 10, timedelta(days=1))
MAILBOX_LOGIN = Limit("recovery.mailbox.login", 3, timedelta(days=1))
EVERYTHING_ADDRESS = Limit("lost_everything.address", 10, timedelta(days=1))
EVERYTHING_LOGIN = Limit("lost_everything.login", 3, timedelta(days=1))
LINK = Limit("recovery.link.address", 60, _HOUR)


def asked(request: Any, login: str, subject: str | None) -> bool:
    """Count one letter asked for; ``False``: the account behind the login has had enough of them, and nobody is told.

    :raises TooManyAttempts: this address, or what was typed, was tried too often.
    """
    throttle = find(request, IThrottle)
    here = find(request, Addresses).use(ADDRESS, request.client_address)
    throttle.reserve(here, (LOGIN, login))
    try:
        throttle.reserve((PERSON, subject or f"unknown:{login}"))
    except TooManyAttempts:
        return False
    return True


def mailbox_lost(request: Any, login: str) -> None:
    """Count one request to the support."""
    here = find(request, Addresses).use(MAILBOX_ADDRESS, request.client_address)
    find(request, IThrottle).reserve(here, (MAILBOX_LOGIN, login))


def link_used(request: Any) -> None:
    """Count one use of a link, right or wrong."""
    find(request, IThrottle).reserve(find(request, Addresses).use(LINK, request.client_address))


def everything_lost(request: Any, login: str) -> None:
    """Count one lost-everything request: the support's time is what it would waste."""
    here = find(request, Addresses).use(EVERYTHING_ADDRESS, request.client_address)
    find(request, IThrottle).reserve(here, (EVERYTHING_LOGIN, login))

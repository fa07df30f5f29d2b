"""How often the sign-up may be tried: per address (establishments have higher ceilings) and per thing tried."""

from __future__ import annotations

from datetime import timedelta

from ..errors import TooManyAttempts
from ..foundation.throttling import Addresses, failures_of_account
from ..interfaces import IThrottle, Limit, Reservation
from ..normalise.emails import normalise_email
from ..pyramid_types import PortalRequest
from ..services import find

_HOUR = timedelta(hours=1)
START = Limit("sign_up.start.address", 60, _HOUR)
IDENTIFIER = Limit("sign_up.identifier.address", 60, _HOUR)
IDENTIFIER_OF_DRAFT = Limit("sign_up.identifier.draft", 20, _HOUR)
#: Choices checked as one types, counted apart: a page that asks often does not use up the tries of « Suivant ».
IDENTIFIER_CHECK = Limit("sign_up.identifier_check.address", 60, _HOUR)
IDENTIFIER_CHECK_OF_DRAFT = Limit("sign_up.identifier_check.draft", 20, _HOUR)
SEND = Limit("sign_up.send.address", 20, _HOUR)
#: « Faire une nouvelle demande »: three in thirty days for one address, known or not. Only requests from a proven
#: mailbox count: otherwise anybody could bar an address with three anonymous sign-ups.
SEND_EMAIL = Limit("sign_up.send.email", 3, timedelta(days=30))
#: Acknowledgements mailed to an address that nobody has proven. Beyond that the request is taken without an email.
UNPROVEN_LETTERS = (
    Limit("sign_up.letter.day", 3, timedelta(days=1)),
    Limit("sign_up.letter.month", 10, timedelta(days=30)),
)
EMAIL_AGAIN = Limit("sign_up.email_again.draft", 5, _HOUR)
#: Codes that prove the address of a sign-up: nobody's mailbox is flooded, no code is guessed (ASVS 6.6.3, 6.6.4).
CODE_SENT = Limit("sign_up.code.email", 5, _HOUR)
CODE_TRIED = Limit("sign_up.code.draft", 20, _HOUR)
FOLLOW = Limit("sign_up.follow.address", 20, _HOUR)
MAILED = Limit("sign_up.mailed.address", 40, _HOUR)
METER = Limit("sign_up.meter.address", 900, timedelta(minutes=10))


def from_here(request: PortalRequest, limit: Limit) -> Reservation:
    """Count one try of this browser's address. Before any transaction begins."""
    return find(request, IThrottle).reserve(find(request, Addresses).use(limit, request.client_address))


def identifier_tried(request: PortalRequest, draft_id: str) -> Reservation:
    """Count one choice of an identifier, or another name to propose one for: nobody lists those that are taken.

    The first name of a draft is counted by :data:`START`, which begins the draft.
    """
    here = find(request, Addresses).use(IDENTIFIER, request.client_address)
    return find(request, IThrottle).reserve(here, (IDENTIFIER_OF_DRAFT, draft_id))


def identifier_checked(request: PortalRequest, draft_id: str) -> Reservation:
    """Count one identifier that the page asks about while one types."""
    here = find(request, Addresses).use(IDENTIFIER_CHECK, request.client_address)
    return find(request, IThrottle).reserve(here, (IDENTIFIER_CHECK_OF_DRAFT, draft_id))


def sent_by(request: PortalRequest, email: str) -> Reservation:
    """Count one request from a proven mailbox, in thirty days."""
    return find(request, IThrottle).reserve((SEND_EMAIL, normalise_email(email)))


def may_acknowledge(request: PortalRequest, email: str) -> bool:
    """Count one email to an address that nobody has proven; ``False``: it has had enough of them."""
    key = normalise_email(email)
    try:
        find(request, IThrottle).reserve(*((limit, key) for limit in UNPROVEN_LETTERS))
    except TooManyAttempts:
        return False
    return True


def code_sent(request: PortalRequest, email: str) -> Reservation:
    """Count one code mailed to an address that nobody has proven yet."""
    here = find(request, Addresses).use(MAILED, request.client_address)
    return find(request, IThrottle).reserve(here, (CODE_SENT, normalise_email(email)))


def code_tried(request: PortalRequest, draft_id: str) -> Reservation:
    """Count one code typed."""
    return find(request, IThrottle).reserve((CODE_TRIED, draft_id))


def email_again(request: PortalRequest, draft_id: str) -> Reservation:
    """Count one e-mail typed to wake a draft."""
    return find(request, IThrottle).reserve((EMAIL_AGAIN, draft_id))


def password_tried(request: PortalRequest, subject: str) -> Reservation:
    """Count one password typed beside a confirmation token."""
    here = find(request, Addresses).use(MAILED, request.client_address)
    return find(request, IThrottle).reserve(here, *failures_of_account("confirmation", subject))

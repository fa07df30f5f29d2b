"""The limits on guessing that the sign-in rooms share, as the CNIL writes them.

Deliberation 2022-100 (password with restricted tries) and the issue: over one minute's wait after 5 failures, at most
25 in 24 hours an account. The wait grows: 2 minutes after each 5 failures, counted from the last of them however they
are spread, 15 after 10 in a quarter of an hour, then the day's end.
"""

from __future__ import annotations

from datetime import timedelta

from ..interfaces import Limit

Uses = tuple[tuple[Limit, str], ...]


def failures_of_account(name: str, subject: str) -> Uses:
    """Return the limits on failed tries against one account.

    :param name: what is tried, e.g. ``password``. :param subject: the account, or the normalised login of an unknown
        one, which must be counted alike.
    """
    return _escalating(f"{name}.account", subject)


def failures_of_known_browser(name: str, subject: str, browser: str) -> Uses:
    """Return the limits for a browser the person has signed in with before, instead of the account's.

    So an attacker who keeps the account's own counter full can't keep the person's browser out, and who steals such a
    browser gets no more tries than anybody.
    """
    return _escalating(f"{name}.browser", f"{subject}|{browser}")


def failures_of_address(name: str, *, count: int = 50) -> Limit:
    """Return the limit on failed tries from one address in an hour; pass it through ``Addresses.use``."""
    return Limit(f"{name}.address", count, timedelta(hours=1))


def _escalating(name: str, key: str) -> Uses:
    return (
        (Limit(f"{name}.row", 5, timedelta(minutes=2), kept=timedelta(hours=1)), key),
        (Limit(f"{name}.quarter", 10, timedelta(minutes=15)), key),
        (Limit(f"{name}.day", 25, timedelta(days=1)), key),
    )

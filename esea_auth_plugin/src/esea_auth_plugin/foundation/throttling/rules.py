"""The limits on guessing that the sign-in packages share, as the CNIL writes them.

Deliberation 2022-100 (password with restricted tries) and the issue: over one minute's wait after 5 failures, at most
25 in 24 hours an account. The wait grows: 2 minutes after each 5 failures, counted from the last of them however they
are spread, 15 after 10 in a quarter of an hour, then the day's end.

A known browser (one in which the account completed a sign-in) has counters of its own at every stage, so that failures
elsewhere do not lock it out. The resulting bound, for one account and one stage:

- all unknown browsers together: 25 failures in 24 hours;
- each known browser: 25 failures in 24 hours; all of them together: 100 (:data:`KNOWN_BROWSERS` times 25);
- in all: at most 125, and 25 without a cookie stolen from a known browser, 50 with one.

For a six-digit code of which two are valid at a time (mailed codes), 25 failures a day are a chance of 25 x 2 / 10^6
= 0.005 % a day, 125 are 0.025 %; with three valid codes (TOTP, one step of drift each way) 0.0075 % and 0.0375 %. Each
presupposes the account's password. Both kinds of code have a stricter hourly limit on top (ten failures).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ...interfaces import Limit

Uses = tuple[tuple[Limit, str], ...]

#: All known browsers of an account together have this many times the limit of one: more than a person uses in a day,
#: and a ceiling for whoever steals several cookies. A thief of fewer cannot exhaust it for the others.
KNOWN_BROWSERS = 4


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
    return in_known_browser(failures_of_account(name, subject), subject, browser)


def in_known_browser(uses: Sequence[tuple[Limit, str]], subject: str, browser: str) -> Uses:
    """Return limits as they apply in a known browser of the account.

    A limit on the account (its key is ``subject``) becomes a limit on this browser, plus one on all known browsers of
    the account together. Limits with another key (a network address, a mailbox) stay as they are.

    :param browser: what identifies this browser for this account as long as it is known, whatever cookie it holds.
    """
    found: list[tuple[Limit, str]] = []
    for limit, key in uses:
        if key != subject:
            found.append((limit, key))
            continue
        found.append((replace(limit, name=f"{limit.name}.browser"), f"{subject}|{browser}"))
        if not limit.kept:  # consecutive failures are counted per browser only: a wait, not a bound
            total = limit.count * KNOWN_BROWSERS
            found.append((replace(limit, name=f"{limit.name}.browsers", count=total), subject))
    return tuple(found)


def failures_of_address(name: str, *, count: int = 50) -> Limit:
    """Return the limit on failed tries from one address in an hour; pass it through ``Addresses.use``."""
    return Limit(f"{name}.address", count, timedelta(hours=1))


def _escalating(name: str, key: str) -> Uses:
    return (
        (Limit(f"{name}.row", 5, timedelta(minutes=2), kept=timedelta(hours=1)), key),
        (Limit(f"{name}.quarter", 10, timedelta(minutes=15)), key),
        (Limit(f"{name}.day", 25, timedelta(days=1)), key),
    )

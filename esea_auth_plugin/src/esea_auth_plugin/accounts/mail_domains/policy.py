"""What a look at a domain means for its addresses: a pure function, from what was known and what was seen.

What each rule stops (threat-model.md row 31: a lapsed domain is bought, and with it every mailbox):

- Registered anew after an address was confirmed: whoever confirmed it holds the domain no more. At once, since a
  registration does not flicker.
- Takes no mail any more, at three looks and for two days at least: nobody reads the address, and the next holder may.
  Two days and not one look, since a hospital's DNS breaks down too; a resolver that does not answer proves nothing.
- All its name servers and all its mail servers changed at once: an expired domain sold before it lapsed keeps the date
  of its registration. A hospital that moves house looks the same, so that the support decides, unless told otherwise.

What is left: a buyer who keeps the former mail servers' names in place, or a domain sold by its holder. Whoever forges
the answers of the DNS for two days can have mailboxes doubted, never believed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .observations import Mail, Seen

LOOKS = 3
#: A domain that is silent or could not be asked is looked at again this soon.
SOON = timedelta(hours=6)


class State(enum.StrEnum):
    """What is known of a domain."""

    SOUND = "sound"
    SILENT = "silent"  # takes no mail lately
    LAPSED = "lapsed"  # took no mail for long: its addresses were doubted
    RETURNED = "returned"  # registered anew: the addresses confirmed before were doubted
    MOVED = "moved"  # all its servers changed at once


class Unverification(enum.StrEnum):
    """Which addresses are believed no more, and why."""

    NONE = ""
    LAPSED = "lapsed"  # all
    REGISTERED_ANEW = "registered_anew"  # those confirmed before the registration
    MOVED = "moved"  # all


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a domain between two looks; see the columns of ``MailDomainRow``."""

    state: State
    since: datetime
    silent_since: datetime | None = None
    silent_looks: int = 0
    name_servers: frozenset[str] = frozenset()
    mail_servers: frozenset[str] = frozenset()
    registered_at: datetime | None = None
    vouched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What follows from a look.

    :ivar known: what to keep. :ivar doubt: what to do. :ivar next_in: when to look again. :ivar news: tell the support.
    """

    known: Known
    unverification: Unverification
    next_in: timedelta
    news: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """See the settings of the same names."""

    every: timedelta
    patience: timedelta
    doubt_moved: bool


def judge(known: Known, seen: Seen, *, confirmed_at: datetime | None, now: datetime, policy: Policy) -> Judged:
    """Judge one look.

    :param confirmed_at: when the first address was confirmed, of those still believed; ``None``: none is.
    """
    known = replace(known, registered_at=seen.registered_at or known.registered_at)
    if _registered_anew(known, seen, confirmed_at):
        return _judged(
            known, _seen_well(known, seen, State.RETURNED), Unverification.REGISTERED_ANEW, policy.every, now
        )
    if seen.mail is Mail.NONE or (seen.leaving and seen.mail is not Mail.UNKNOWN):
        return _silent(known, confirmed_at, now, policy)
    if seen.mail is Mail.UNKNOWN:
        return Judged(known, Unverification.NONE, min(SOON, policy.every), news=False)
    if _all_changed(known.name_servers, seen.name_servers) and _all_changed(known.mail_servers, seen.mail_servers):
        if policy.doubt_moved:
            return _judged(known, _seen_well(known, seen, State.MOVED), Unverification.MOVED, policy.every, now)
        # What was known stays known: the support compares, and a move that is undone is none.
        kept = replace(known, state=State.MOVED, silent_since=None, silent_looks=0)
        return _judged(known, kept, Unverification.NONE, policy.every, now)
    return _judged(known, _seen_well(known, seen, State.SOUND), Unverification.NONE, policy.every, now)


def _registered_anew(known: Known, seen: Seen, confirmed_at: datetime | None) -> bool:
    if seen.registered_at is None or confirmed_at is None:
        return False
    return seen.registered_at > max(confirmed_at, known.vouched_at or confirmed_at)


def _silent(known: Known, confirmed_at: datetime | None, now: datetime, policy: Policy) -> Judged:
    since, looks = known.silent_since or now, known.silent_looks + 1
    found = replace(known, silent_since=since, silent_looks=looks)
    if known.state is State.LAPSED:
        # An account that was closed when the domain lapsed, and was opened again since, is believed still.
        late = Unverification.NONE if confirmed_at is None else Unverification.LAPSED
        return _judged(known, found, late, policy.every, now)
    if looks >= LOOKS and now - since >= policy.patience:
        return _judged(known, replace(found, state=State.LAPSED), Unverification.LAPSED, policy.every, now)
    return _judged(known, replace(found, state=State.SILENT), Unverification.NONE, min(SOON, policy.every), now)


def _seen_well(known: Known, seen: Seen, state: State) -> Known:
    return replace(
        known,
        state=state,
        silent_since=None,
        silent_looks=0,
        name_servers=seen.name_servers or known.name_servers,
        mail_servers=seen.mail_servers or known.mail_servers,
    )


def _all_changed(former: frozenset[str], present: frozenset[str]) -> bool:
    return bool(former and present) and not former & present


def _judged(former: Known, found: Known, unverification: Unverification, next_in: timedelta, now: datetime) -> Judged:
    changed = former.state is not found.state
    # A domain that is silent for an hour is no news, and one that is sound again is good news.
    news = unverification is not Unverification.NONE or (changed and found.state is State.MOVED)
    return Judged(replace(found, since=now) if changed else found, unverification, next_in, news)

"""Compares the person of a request with a reviewer. See :class:`~esea_auth_plugin.interfaces.IConflictsOfInterest`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from ...accounts import attribute_store
from ...authentication.attempts.browsers import RETENTION
from ...authentication.attempts.models import KnownBrowserRow
from ...interfaces import Concerned, IFormerAddresses, ISealer
from ...normalise.emails import normalise_email
from ...normalise.folding import fold_key
from ...pyramid_types import Registry
from ...services import current_time, find, offers
from ...settings import ReviewSettings
from .models import RecentAddressRow, RequestOriginRow
from .origin import RECENT

#: What an account keeps of a person that can be compared, and what a common value is called.
_EQUAL: Mapping[str, str] = {
    "birthday": "même jour et mois de naissance",
    "rpps": "même N° RPPS",
    "adeli": "même N° ADELI",
}
_NAMES = ("last_name", "first_name")
SAME_NAME, SAME_MAILBOX = "même nom", "même adresse électronique"
SAME_BROWSER, SAME_NETWORK = "même navigateur", "même adresse réseau"
Person = Mapping[str, str]


class ConflictsOfInterest:
    """See the module."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def of(
        self, session: Session, reviewer: str, concerned: Concerned, *, request_id: str | None = None
    ) -> Sequence[str]:
        """See the interface."""
        accounts = [each for each in concerned.accounts if each != reviewer]
        sealer = find(self._registry, ISealer)
        known = attribute_store.people(session, sealer, [reviewer, *accounts], (*_NAMES, *_EQUAL))
        own = known.pop(reviewer, {})
        others = [*concerned.people, *known.values()]
        found = self._said(own, self._mailboxes(session, reviewer, own), others)
        if find(self._registry, ReviewSettings).compare_devices:
            origin = session.get(RequestOriginRow, request_id) if request_id is not None else None
            if self._same_browser(session, reviewer, accounts, origin):
                found.append(SAME_BROWSER)
            if self._same_network(session, reviewer, accounts, origin):
                found.append(SAME_NETWORK)
        return found

    def _mailboxes(self, session: Session, reviewer: str, own: Person) -> frozenset[str]:
        """Return the reviewer's mailbox, and the former one while it may still object."""
        former: Sequence[str] = ()
        if offers(self._registry, IFormerAddresses):
            former = find(self._registry, IFormerAddresses).of(session, reviewer)
        return frozenset(mailbox_of(address) for address in (own.get("email", ""), *former) if address)

    def _said(self, own: Person, mailboxes: frozenset[str], others: Iterable[Person]) -> list[str]:
        """Return what is equal of what people say, or an authority says of them."""
        found = dict[str, None]()
        for other in others:
            if own.get("last_name") and names_of(own) == names_of(other):
                found[SAME_NAME] = None
            for name, words in _EQUAL.items():
                if own.get(name) and own[name] == other.get(name):
                    found[words] = None
            if other.get("email") and mailbox_of(other["email"]) in mailboxes:
                found[SAME_MAILBOX] = None
        return list(found)

    def _same_browser(
        self, session: Session, reviewer: str, accounts: Sequence[str], origin: RequestOriginRow | None
    ) -> bool:
        """Tell whether the request came from a browser of the reviewer's, or both sign in with one browser."""
        if origin is not None and reviewer in origin.known_to:
            return True
        mine, theirs = aliased(KnownBrowserRow), aliased(KnownBrowserRow)
        oldest = current_time(self._registry) - RETENTION
        shared = (
            select(mine.id)
            .join(theirs, theirs.cookie_digest == mine.cookie_digest)
            .where(mine.subject == reviewer, theirs.subject.in_(accounts))
            .where(mine.seen_at > oldest, theirs.seen_at > oldest)
        )
        return bool(accounts) and session.scalar(shared.limit(1)) is not None

    def _same_network(
        self, session: Session, reviewer: str, accounts: Sequence[str], origin: RequestOriginRow | None
    ) -> bool:
        """Tell whether the reviewer signed in lately from the address of the request, or of its person's sign-ins."""
        mine, theirs = aliased(RecentAddressRow), aliased(RecentAddressRow)
        oldest = current_time(self._registry) - RECENT
        signed_in = select(theirs.address).where(theirs.subject.in_(accounts), theirs.seen_at > oldest)
        asked_from = origin.address if origin is not None and origin.address else None
        common = or_(mine.address.in_(signed_in), *([mine.address == asked_from] if asked_from else []))
        query = select(mine.id).where(mine.subject == reviewer, mine.seen_at > oldest, common)
        return bool(accounts or asked_from) and session.scalar(query.limit(1)) is not None


def names_of(person: Person) -> frozenset[str]:
    """Return last name and first of the first names in the form in which they are compared, in whatever order."""
    last, first = (person.get(name, "") for name in _NAMES)
    firsts = re.split(r"[\s,]+", first.strip())
    return frozenset(fold_key(part) for part in (last, firsts[0]))


def mailbox_of(address: str) -> str:
    """Return the mailbox behind an address: « anne+2@chu.fr » is read where « anne@chu.fr » is."""
    local, at, domain = normalise_email(address).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"

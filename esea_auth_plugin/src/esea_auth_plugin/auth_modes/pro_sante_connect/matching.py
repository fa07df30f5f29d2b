"""Finds whose account a professional of Pro Santé Connect is, by the numbers that were proven, in their order.

SubjectNameID, then RPPS, then ADELI, then ``sub`` (domain notes, 1.6): the national identifier may become a UUID while
the RPPS stays, and the ``sub`` may change while both stay. Two accounts found mean that somebody must look: neither
opens. Only a number that an authority proved, on an account of the same name, matches silently; an account whose number
was declared, or marked as proven by a reviewer, is offered: whoever says that it is theirs must open it first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.orm import Session

from ...authentication.contract import Attempt
from ...interfaces import ExternalLink, IAuditTrail, IExternalIdentities, ILinking, LinkVerdict
from ...pyramid_types import Registry
from ...services import current_time, find
from .cases import contested
from .mapper import ADELI, NAME_ID, RPPS, SUB, PscPerson
from .models import PscIdentifier

#: Origins that name a person for good, and the attribute that an account may hold for each.
_ATTRIBUTES = {RPPS: "rpps", ADELI: "adeli"}
#: Origins by which our own table is searched; others (EDIT, PSI…) are kept, and searched too: they come signed.
_LAST = SUB


@dataclass(frozen=True, slots=True)
class Match:
    """What was found.

    :ivar proven: accounts that a proven identifier names, strongest first, each with the origin that named it.
    :ivar offered: accounts that hold one of the numbers without certainty that they are this person's: the number is
        declared, or marked by a reviewer, or the names differ: (account, attribute, value).
    :ivar claimed_by: accounts of those to which the number was proven, each with the origin that names it.
    :ivar link: the link by SubjectNameID, if there is one.
    """

    proven: tuple[tuple[str, str], ...] = ()
    offered: tuple[tuple[str, str, str], ...] = ()
    claimed_by: tuple[tuple[str, str], ...] = ()
    link: ExternalLink | None = None

    @property
    def accounts(self) -> tuple[str, ...]:
        """Accounts to which an identifier was proven, each once."""
        return tuple(dict.fromkeys(account for account, _ in (*self.proven, *self.claimed_by)))

    @property
    def conflict(self) -> bool:
        """Tell whether proven identifiers name two accounts."""
        return len(self.accounts) > 1

    @property
    def account(self) -> str | None:
        """The one account that may be opened silently, if there is exactly one."""
        return self.proven[0][0] if self.proven and not self.conflict else None


class Matching:
    """Searches and keeps identifiers."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def search(self, session: Session, person: PscPerson) -> Match:
        """Return the accounts that a person's identifiers name; writes nothing."""
        identities = find(self._registry, IExternalIdentities)
        link = identities.find(session, person.issuer, person.name_id)
        proven: list[tuple[str, str]] = [(link.account, NAME_ID)] if link is not None else []
        offered: list[tuple[str, str, str]] = []
        claimed_by: list[tuple[str, str]] = []
        for origin, attribute in _ATTRIBUTES.items():
            for value in person.values(origin):
                for holder in identities.holders(session, attribute, value):
                    if holder.by_authority and self._same_person(session, holder.account, person):
                        proven.append((holder.account, origin))
                    elif not contested(session, holder.account, attribute, value):
                        offered.append((holder.account, attribute, value))
                        claimed_by += [(holder.account, origin)] if holder.proven else []
        proven += self._kept(session, person)
        # The technical sub is the last resort: it names somebody only where nothing stronger does.
        strong = [each for each in proven if each[1] != _LAST]
        return Match(tuple(strong or proven), tuple(dict.fromkeys(offered)), tuple(claimed_by), link)

    def _same_person(self, session: Session, account: str, person: PscPerson) -> bool:
        """Compare the names (and the other numbers) as the one linking service does."""
        verdict = find(self._registry, ILinking).judge(session, account, person.identity())
        # « Elsewhere »: another account claims the number too, which is a conflict.
        return verdict in {LinkVerdict.AT_ONCE, LinkVerdict.ALREADY, LinkVerdict.ELSEWHERE}

    def _kept(self, session: Session, person: PscPerson) -> Iterator[tuple[str, str]]:
        wanted = list(person.identifiers)
        rows = session.execute(
            select(PscIdentifier.subject, PscIdentifier.origin)
            .where(PscIdentifier.issuer == person.issuer)
            .where(tuple_(PscIdentifier.origin, PscIdentifier.value).in_(wanted))
        ).all()
        order = {origin: place for place, (origin, _) in enumerate(person.identifiers)}
        yield from ((subject, origin) for subject, origin in sorted(rows, key=lambda row: order[row[1]]))

    def removed(self, session: Session, account: str, person: PscPerson) -> bool:
        """Tell whether PSC was removed from the account: a number that was proven must not bring it back by itself."""
        links = find(self._registry, IExternalIdentities).of_account(session, account, kind=person.identity().kind)
        if any(link.issuer == person.issuer for link in links):
            return False
        kept = select(PscIdentifier.id).where(PscIdentifier.subject == account, PscIdentifier.issuer == person.issuer)
        return session.scalar(kept.limit(1)) is not None

    def note_removal(self, session: Session, link: ExternalLink) -> None:
        """Keep the identifier of a link that is being removed, even one that was never used: see :meth:`removed`."""
        named = (PscIdentifier.issuer == link.issuer, PscIdentifier.origin == NAME_ID)
        known = select(PscIdentifier.id).where(*named, PscIdentifier.value == link.subject)
        if session.scalar(known) is None:
            now = current_time(self._registry)
            session.add(_row(link.account, link.issuer, NAME_ID, link.subject, now))
            session.flush()

    def keep(
        self,
        session: Session,
        account: str,
        person: PscPerson,
        link: ExternalLink | None,
        *,
        mode: str,
        attempt: Attempt,
    ) -> str | None:
        """Link the person to the account and keep every identifier with its dates; each use is noted.

        :returns: the id of the link, by which the person removes it and « Ce n'était pas moi » blocks it; ``None``:
            the linking service does not link it silently.
        :raises PortalError: another account has the link (a race with another sign-in).
        """
        identities = find(self._registry, IExternalIdentities)
        identity = person.identity()
        if link is None:
            others = identities.of_account(session, account, kind=identity.kind)
            link = find(self._registry, ILinking).link_at_sign_in(
                session,
                account,
                identity,
                mode=mode,
                attempt=attempt.id,
                renumbered=any(other.issuer == person.issuer for other in others),
            )
            if link is None:
                return None
        else:
            identities.noted(session, link.id, evidence=identity.evidence, address=attempt.address)
        known = self._known(session, person)
        fresh = [each for each in person.identifiers if each not in known]
        self._note_identifiers(session, account, person, known, fresh)
        if fresh and known:
            # A national identifier that changed (merged identities): worth a line of its own.
            find(self._registry, IAuditTrail).record(
                session,
                "psc.identifiers_changed",
                actor=account,
                target=account,
                details={"origins": sorted({origin for origin, _ in fresh})},
            )
        return link.id

    def _note_identifiers(
        self,
        session: Session,
        account: str,
        person: PscPerson,
        known: frozenset[tuple[str, str]],
        fresh: list[tuple[str, str]],
    ) -> None:
        now = current_time(self._registry)
        if known:
            session.execute(
                update(PscIdentifier)
                .where(PscIdentifier.subject == account, PscIdentifier.issuer == person.issuer)
                .where(or_(*((PscIdentifier.origin == kind) & (PscIdentifier.value == value) for kind, value in known)))
                .values(last_seen_at=now)
                .execution_options(synchronize_session=False)
            )
        for origin, value in fresh:
            session.add(_row(account, person.issuer, origin, value, now))
        session.flush()

    def _known(self, session: Session, person: PscPerson) -> frozenset[tuple[str, str]]:
        rows = session.execute(
            select(PscIdentifier.origin, PscIdentifier.value)
            .where(PscIdentifier.issuer == person.issuer)
            .where(tuple_(PscIdentifier.origin, PscIdentifier.value).in_(list(person.identifiers)))
        )
        return frozenset((origin, value) for origin, value in rows)


def _row(account: str, issuer: str, origin: str, value: str, now: datetime) -> PscIdentifier:
    return PscIdentifier(
        subject=account, issuer=issuer, origin=origin, value=value, first_seen_at=now, last_seen_at=now
    )


def personal_data(registry: Registry, session: Session, subject: str) -> list[dict[str, str]]:
    """Return the identifiers kept of a person, for the copy of their data."""
    rows = session.scalars(select(PscIdentifier).where(PscIdentifier.subject == subject))
    return [
        {
            "origine": row.origin,
            "valeur": row.value,
            "depuis": row.first_seen_at.isoformat(),
            "vu": row.last_seen_at.isoformat(),
        }
        for row in rows
    ]

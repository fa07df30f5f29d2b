"""Keyed values of the trail: the code of each event, the links of the chain, the marks of erased side rows.

Every one needs a key of the portal's key ring, which is not in the database, and has a purpose of its own, so that a
value made for one use is worthless for another. Contents are JSON lists: no two lists of parts give the same text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import UTC, datetime

from ...interfaces import ISealer
from ..security.tokens import among
from .rows import DigestPart, SealPart

_EVENT, _LINK, _ERASURE = "audit.event", "audit.link", "audit.erasure"
#: Links made before events had codes, see :meth:`TrailKeys.old_link_matches`.
_OLD_LINK = "audit.chain"
#: What ``erased_by`` holds for side rows that were erased before erasures named their event; written by a migration.
ERASED_BEFORE_MARKS = "migration"


def origin_of(url: str) -> str:
    """Return the short hash that names a portal in its events: rows of another portal's database don't pass for ours.

    The address tells a staging portal from the real one even if it was given a copy of the database and the keys.
    """
    return hashlib.sha256(url.encode()).hexdigest()[:16]


class TrailKeys:
    """Makes and checks the keyed values of one portal's trail.

    A portal accepts events of its own address and of the former addresses that its settings name, and no others: the
    database does not decide it, since another portal may have the same key ring (a copy for tests).

    The checks raise :class:`~esea_auth_plugin.foundation.security.sealing.SealBroken` if a value names a key that is
    not on the ring.
    """

    def __init__(self, sealer: ISealer, origin: str, former_origins: Collection[str] = ()) -> None:
        self.sealer = sealer
        self.origin = origin
        self._origins = frozenset({origin, *former_origins})

    def event_mac(self, event_id: str, at: datetime, digest: str) -> str:
        """Return the code of an event; the digest covers its content and its side row."""
        return self.sealer.authenticate(_event_content(event_id, at, digest, self.origin), purpose=_EVENT)

    def event_mac_matches(self, mac: str, event_id: str, at: datetime, digest: str, origin: str) -> bool:
        """Tell whether this portal wrote this event, under its address or a former one."""
        return self.is_own(origin) and self.opens(mac, event_id, at, digest, origin)

    def is_own(self, origin: str) -> bool:
        """Tell whether an origin is this portal's address or one that it had."""
        return origin in self._origins

    def opens(self, mac: str, event_id: str, at: datetime, digest: str, origin: str) -> bool:
        """Tell whether the key that a code names made it, for whichever portal."""
        return self.sealer.authentic(mac, _event_content(event_id, at, digest, origin), purpose=_EVENT)

    def link(self, previous: str, number: int, event_id: str, digest: str, mac: str) -> str:
        """Return the link of a seal: a keyed hash over the one before (``""`` for the first), number and event."""
        return self.sealer.digest(_joined("link", previous, number, event_id, digest, mac), purpose=_LINK)

    def link_matches(self, link: str, previous: str, number: int, event_id: str, digest: str, mac: str) -> bool:
        """Tell whether :meth:`link` made this one, under any key."""
        content = _joined("link", previous, number, event_id, digest, mac)
        return among(link, self.sealer.digests(content, purpose=_LINK))

    def old_link_matches(self, link: str, previous: str, number: int, event_id: str, digest: str, at: datetime) -> bool:
        """Tell whether a sealer made this link before events had codes.

        Nothing makes such links any more, and they need a key: an event can't be passed off as an old one.
        """
        content = "\n".join([previous, str(number), event_id, digest, _moment(at)])
        return among(link, self.sealer.digests(content, purpose=_OLD_LINK))

    def follows(self, seal: SealPart, digest: DigestPart, previous: str, number: int) -> bool:
        """Tell whether a seal is the next one after ``previous``, whichever kind of sealer made it."""
        if seal.number != number:
            return False
        if digest.mac:
            return self.link_matches(seal.link, previous, number, digest.event_id, digest.digest, digest.mac)
        return self.old_link_matches(seal.link, previous, number, digest.event_id, digest.digest, digest.at)

    def erasure_mac(self, event_id: str, erased_by: str) -> str:
        """Return the code that marks an event's side row as erased by the portal."""
        return self.sealer.authenticate(_joined("erasure", event_id, erased_by), purpose=_ERASURE)

    def erasure_mac_matches(self, mac: str, event_id: str, erased_by: str) -> bool:
        """Tell whether the portal erased this side row. The erasing event, which is sealed, binds it to its portal."""
        return self.sealer.authentic(mac, _joined("erasure", event_id, erased_by), purpose=_ERASURE)


def _event_content(event_id: str, at: datetime, digest: str, origin: str) -> str:
    return _joined("event", origin, event_id, _moment(at), digest)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _joined(*parts: str | int) -> str:
    return json.dumps(parts, ensure_ascii=True, separators=(",", ":"))

"""Where Pro Santé Connect's addresses and keys are, cached: asked seldom, kept when it is down, never stormed."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from ...errors import PortalError
from ...interfaces import IOutbound
from ...pyramid_types import JsonObject
from .breaker import Breaker, Unavailable
from .settings import DISCOVERY_NAME, ENDPOINTS, PscSettings

log = logging.getLogger(__name__)

_KINDS: Mapping[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}

#: Seconds that an answer is used without asking again.
DISCOVERY_KEPT = 3600.0
KEYS_KEPT = 3600.0
#: Seconds between two refetches for an unknown key id: whoever sends us odd tokens makes us ask no more than this.
KEYS_AGAIN = 60.0
#: Seconds before asking again after a failure.
RETRY = 10.0
#: Threads that may wait for a first reading; the next one is told at once that there is none.
MAX_QUEUED = 3


_NAMES_ISSUER = "authorization_response_iss_parameter_supported"


class PscDown(PortalError):
    """Pro Santé Connect does not answer, or answers nonsense."""

    code = "psc.unavailable"
    status = 503

    def __init__(self, code: str = "psc.unavailable") -> None:
        super().__init__("Pro Santé Connect ne répond pas en ce moment.", code=code)


class Cached:
    """One document: fetched when it is too old, kept when fetching fails, by one thread at a time."""

    def __init__(self, fetch: Callable[[], Any], kept: float, tell: Callable[[], float]) -> None:
        self._fetch = fetch
        self._kept = kept
        self._notify = tell
        self._lock = threading.Lock()
        self._queue = threading.BoundedSemaphore(MAX_QUEUED)
        self._value: Any = None
        self._asked_at: float | None = None
        self._next_at = 0.0

    @property
    def present(self) -> Any:
        """What is held, however old; ``None`` if nothing."""
        return self._value

    def get(self) -> Any:
        """Return a fresh enough value, or the older one when there is no fresh one to be had.

        :raises PscDown: there is none at all.
        """
        held = self.present
        if held is not None:
            # While another thread fetches, the older one does.
            if self._notify() >= self._next_at and self._lock.acquire(blocking=False):
                try:
                    self._refresh()
                finally:
                    self._lock.release()
            return self.present
        return self._first()

    def _first(self) -> Any:
        if not self._queue.acquire(blocking=False):
            raise PscDown
        try:
            with self._lock:
                if self.present is None and self._notify() >= self._next_at:
                    self._refresh()
        finally:
            self._queue.release()
        found = self.present
        if found is None:  # whoever waited for a failed reading does not read again
            raise PscDown
        return found

    def again(self, spacing: float) -> Any:
        """Fetch once more, unless that was done less than ``spacing`` ago; return what there is."""
        with self._lock:
            if self._asked_at is None or self._notify() - self._asked_at >= spacing:
                self._refresh()
        return self._value

    def _refresh(self) -> None:
        self._asked_at = self._notify()
        try:
            self._value = self._fetch()
        except (PscDown, Unavailable) as error:
            self._next_at = self._notify() + RETRY
            log.warning("psc: a document could not be read (%s)", getattr(error, "code", "psc.breaker"))
        else:
            self._next_at = self._notify() + self._kept


class Discovery:
    """Metadata and keys of the provider.

    :param tell: a monotonic clock in seconds; ages of a cache are no matter of the portal's clock.
    """

    def __init__(
        self,
        settings: PscSettings,
        outbound: IOutbound,
        breaker: Breaker,
        tell: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._outbound = outbound
        self._breaker = breaker
        self._metadata = Cached(self._fetch_metadata, DISCOVERY_KEPT, tell)
        self._keys = Cached(self._fetch_keys, KEYS_KEPT, tell)

    @property
    def issuer(self) -> str:
        """The issuer that tokens must name: set or preset, never taken from what the network says."""
        return self._settings.known()["issuer"]

    def metadata(self) -> Mapping[str, str]:
        """Return the addresses. :raises PscDown: they are unknown, and can't be read now."""
        if self._settings.metadata == "static":
            return self._settings.known()
        found: Mapping[str, str] = self._metadata.get()
        return found

    def known(self) -> Mapping[str, str]:
        """Return the addresses known so far, without asking anybody."""
        return {**(self._metadata.present or {}), **self._settings.known()}

    @property
    def names_issuer(self) -> bool:
        """Tell whether PSC says that its answers always name it (RFC 9207): one that doesn't is then not its own."""
        return self.known().get(_NAMES_ISSUER) == "true"

    def keys(self) -> KeySet:
        """Return the signing keys. :raises PscDown: there are none, and they can't be read now."""
        found: KeySet = self._keys.get()
        return found

    def keys_again(self) -> KeySet:
        """Return the keys, read once more if the last reading is old enough (an unknown key id)."""
        found: KeySet = self._keys.again(KEYS_AGAIN)
        return found

    def _fetch_metadata(self) -> Mapping[str, str]:
        address = self._settings.discovery_url or f"{self.issuer}{DISCOVERY_NAME}"
        document = self._json(address)
        if document.get("issuer") != self.issuer:
            log.warning("psc: the discovery document names another issuer; it is not used")
            raise PscDown("psc.other_issuer")
        found = {name: document[name] for name in ENDPOINTS if isinstance(document.get(name), str)}
        # What is set or preset wins: a document under a standard name may carry the wrong authorization address.
        if document.get(_NAMES_ISSUER) is True:
            found[_NAMES_ISSUER] = "true"
        return {"issuer": self.issuer, **found, **self._set()}

    def _set(self) -> Mapping[str, str]:
        return {name: getattr(self._settings, name) for name in ENDPOINTS if getattr(self._settings, name)}

    def _fetch_keys(self) -> KeySet:
        document = self._json(self.metadata()["jwks_uri"])
        listed = document.get("keys")
        keys = [key for entry in (listed if isinstance(listed, list) else []) if (key := _key_of(entry)) is not None]
        if not keys:
            raise PscDown("psc.keys")
        return KeySet(keys)

    def _json(self, address: str) -> JsonObject:
        with self._breaker.call():
            try:
                found = self._outbound.fetch(
                    "GET",
                    address,
                    headers={"Accept": "application/json"},
                    budget=self._settings.budget,
                    certificate=self._settings.certificate,
                )
                document = json.loads(found.body) if found.status == 200 else None
            except (PortalError, ValueError) as error:
                raise PscDown from error
            if not isinstance(document, dict):
                raise PscDown
            return document


def _key_of(entry: object) -> Key | None:
    """Return a public key for signatures, ``None`` for any other entry: a set may hold keys that are not for us.

    RFC 7517, 5: keys of an unknown type, or out of range, are left out. A symmetric one would open HS256 to whoever
    reads it.
    """
    if not isinstance(entry, dict) or entry.get("kty") not in _KINDS or (entry.get("use") or "sig") != "sig":
        return None
    given = {name: value for name, value in entry.items() if value not in (None, "")}
    try:
        key = _KINDS[given["kty"]].import_key(given)
        # Keys are read lazily: one that can't verify anything must not spoil the set at the first token.
        key.get_op_key("verify")
    except Exception as error:  # whatever somebody else's entry makes a decoder raise
        log.warning("psc: a key of the set is left out (%s)", type(error).__name__)
        return None
    return None if key.is_private else key

"""Decides whether a card lets in. Everything that the proxy claims is proven here again (threat-model.md row 14).

The chain is built and checked by OpenSSL's own store: it takes cards without SAN, and asks the revocation list of
every link. What it does not know of is checked afterwards: which authority signed, what the key is for, and what
kind of card it is. The first reason to refuse ends it; nothing here falls back to yes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from OpenSSL import crypto

from ...interfaces import ListStatus
from ...pyramid_types import Registry
from ...services import current_time, find
from .authorities import Authorities, read_file
from .certificate import Card
from .refusals import CardRefused
from .revocation import CrlStatus, ListFolder, Lists
from .settings import CardSettings

logger = logging.getLogger(__name__)

REAL, SOFTWARE, FIRST_TEST = 0x00, 0x03, 0x80
#: OpenSSL's verification results (x509_vfy.h) that have a page of their own; any other is « card.authority ».
_RESULTS = {
    3: "card.crl_missing",
    8: "card.crl_missing",  # not signed by its authority: as good as none
    9: "card.not_yet_valid",
    10: "card.expired",
    11: "card.crl_old",
    12: "card.crl_old",
    18: "card.self_signed",
    23: "card.revoked",
}
_HASHES = frozenset({"sha256", "sha384", "sha512"})
_MIN_RSA_BITS = 2048


class Trust:
    """The authorities, the lists, and the judgement."""

    def __init__(self, settings: CardSettings, *, production: bool) -> None:
        self._settings = settings
        self._tests = settings.accept_test_cards and not production
        self.authorities: Authorities = read_file(Path(settings.authorities))
        self.folder = ListFolder(Path(settings.crl_folder), self.authorities)
        self._lock = threading.Lock()
        self._store: tuple[Lists, crypto.X509Store] | None = None

    @property
    def relaxed(self) -> bool:
        """Tell whether test cards pass, with the oddities of their identifiers."""
        return self._tests

    def judge(self, card: Card, at: datetime) -> None:
        """Let a card pass.

        :raises CardRefused: with the reason.
        """
        if card.certificate is None:
            raise CardRefused("card.unreadable")
        self._check_chain(card, card.certificate, at)
        self._check_strength(card.certificate)
        if card.is_authority or not card.client_auth or not card.digital_signature:
            raise CardRefused("card.usage")
        self._check_kind(card)

    def statuses(self) -> list[CrlStatus]:
        """Return where the list of each authority stands."""
        lists = self.folder.current()
        return [lists.status_of(authority) for authority in self.authorities.all()]

    def stale(self, status: CrlStatus, at: datetime) -> bool:
        """Tell whether a list is too old to be believed."""
        return status.stale(at, self._settings.crl_max_age)

    # --- the chain -------------------------------------------------------------------------------------------

    def _check_chain(self, card: Card, certificate: x509.Certificate, at: datetime) -> None:
        lists = self.folder.current()
        moment = at
        path = self.authorities.path_of(certificate)
        statuses = [lists.status_of(authority) for authority in path]
        if any(self.stale(status, at) for status in statuses if status.issued is not None):
            if self._settings.stale_crl == "close":
                self._raise_if_not_for_the_list(card, at)
                raise CardRefused("card.crl_old")
            logger.warning("a revocation list is too old and is believed all the same: esea_auth.cps_card.stale_crl")
            # OpenSSL knows no « old but good enough »: it judges at the last moment at which all lists were good.
            ends = [one.next_update for one in statuses if one.next_update is not None]
            moment = min([at, *(end - timedelta(seconds=1) for end in ends)])
        try:
            chain = self._verified(lists, certificate, moment)
        except crypto.X509StoreContextError as error:
            raise CardRefused(_code_of(error, card)) from error
        if not card.not_before <= at <= card.not_after:
            raise CardRefused("card.expired" if at > card.not_after else "card.not_yet_valid")
        if any(not one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in chain[1:]):
            raise CardRefused("card.authority")
        # A root or an authority of another kind that found its way into the file signs nobody's card.
        if len(chain) != 3 or chain[1] not in self.authorities.people.values():
            raise CardRefused("card.authority")

    def _raise_if_not_for_the_list(self, card: Card, at: datetime) -> None:
        """Tell an expired card as such even while the lists are old: it is what its owner can do something about."""
        if at > card.not_after:
            raise CardRefused("card.expired")

    def _verified(self, lists: Lists, certificate: x509.Certificate, at: datetime) -> list[x509.Certificate]:
        leaf = crypto.X509.from_cryptography(certificate)
        with self._lock:  # the moment is a property of the store
            if self._store is None or self._store[0] is not lists:
                self._store = (lists, self._new_store(lists))
            store = self._store[1]
            store.set_time(at)
            chain = crypto.X509StoreContext(store, leaf).get_verified_chain()
        return [one.to_cryptography() for one in chain]

    def _new_store(self, lists: Lists) -> crypto.X509Store:
        store = crypto.X509Store()
        for authority in self.authorities.all():
            store.add_cert(crypto.X509.from_cryptography(authority))
        for crl in lists.by_name.values():
            store.add_crl(crl)
        flags = crypto.X509StoreFlags
        store.set_flags(flags.CRL_CHECK | flags.CRL_CHECK_ALL | flags.CHECK_SS_SIGNATURE)
        return store

    # --- the card --------------------------------------------------------------------------------------------

    def _check_strength(self, certificate: x509.Certificate) -> None:
        bits = getattr(certificate.public_key(), "key_size", 0)
        # Keys on curves are short and strong; cards have RSA so far.
        least = 256 if hasattr(certificate.public_key(), "curve") else _MIN_RSA_BITS
        algorithm = certificate.signature_hash_algorithm
        if bits < least or algorithm is None or algorithm.name not in _HASHES:
            raise CardRefused("card.weak")

    def _check_kind(self, card: Card) -> None:
        self._check_category(card.category)
        if not card.kind_name:
            raise CardRefused("card.category")
        if not card.nominative and not self._settings.accept_non_nominative:
            raise CardRefused("card.not_nominative")
        if card.kind_name not in self._settings.accepted_types:
            raise CardRefused("card.type")
        if card.person(relaxed=self._tests) is None:
            raise CardRefused("card.identifier")

    def _check_category(self, category: int | None) -> None:
        if category == REAL or (self._tests and category is not None and category >= FIRST_TEST):
            return
        if category is not None and category >= FIRST_TEST:
            raise CardRefused("card.test")
        raise CardRefused("card.software" if category == SOFTWARE else "card.category")


class CardLists:
    """See :class:`~esea_auth_plugin.interfaces.IRevocationLists`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def statuses(self) -> Sequence[ListStatus]:
        """See the interface."""
        trust, now = find(self._registry, Trust), current_time(self._registry)
        return [ListStatus(status.authority, status.age(now), trust.stale(status, now)) for status in trust.statuses()]


def _code_of(error: crypto.X509StoreContextError, card: Card) -> str:
    """Return the reason; a third party's certificate is told by the names it gives itself, which let nobody in."""
    code = _RESULTS.get(error.errors[0], "card.authority")
    if code != "card.authority":
        return code
    if card.issuer_name.startswith("TEST "):
        return "card.test_authority"
    return "card.organisation" if "ORGANISATIONS" in card.issuer_name.split() else code

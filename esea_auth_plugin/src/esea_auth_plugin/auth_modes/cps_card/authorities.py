"""The authorities that a portal trusts: the PERSONNES of IGC-Santé and their roots, read from one PEM file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from ...errors import Problem

MAX_FILE_BYTES = 1024 * 1024
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Authorities:
    """What the file holds.

    :ivar roots: those that sign themselves. :ivar people: those that sign people's cards. Both by their name in DER.
    """

    roots: Mapping[bytes, x509.Certificate]
    people: Mapping[bytes, x509.Certificate]

    def all(self) -> list[x509.Certificate]:
        """Return every authority."""
        return [*self.people.values(), *self.roots.values()]

    def by_name(self, name: bytes) -> x509.Certificate | None:
        """Return the authority of this name (DER)."""
        return self.people.get(name) or self.roots.get(name)

    def path_of(self, card: x509.Certificate) -> list[x509.Certificate]:
        """Return the authorities above a card by their names alone, nearest first; nothing is proven by it."""
        found: list[x509.Certificate] = []
        name = card.issuer.public_bytes()
        while (authority := self.by_name(name)) is not None and authority not in found:
            found.append(authority)
            name = authority.issuer.public_bytes()
        return found


def common_name(name: x509.Name) -> str:
    """Return the CN of an authority, ``""`` without one."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def read_file(path: Path) -> Authorities:
    """Read the PEM file.

    :raises OSError: it can't be read.
    :raises ValueError: it holds something else, or authorities that must not be there.
    """
    with path.open("rb") as file:
        pem = file.read(MAX_FILE_BYTES + 1)
    if len(pem) > MAX_FILE_BYTES:
        raise ValueError("is far too long for a list of authorities")
    found = [_certificate(number, part) for number, part in enumerate(_PEM.findall(pem), start=1)]
    roots = {one.subject.public_bytes(): one for one in found if one.subject == one.issuer}
    people = {one.subject.public_bytes(): one for one in found if one.subject != one.issuer}
    third_parties = [name for one in people.values() if "PERSONNES" not in (name := common_name(one.subject)).split()]
    if third_parties:
        # An ORGANISATIONS authority here would let every server's certificate in as a person.
        raise ValueError(f"holds authorities that sign no people's cards: {', '.join(sorted(third_parties))}")
    if not roots or not people:
        raise ValueError("needs the PERSONNES authorities and their roots")
    return Authorities(roots, people)


def _certificate(number: int, pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        # No authority is left out silently: people would be refused for a reason that nobody sees.
        raise ValueError(f"can't be read: its certificate n° {number} is damaged") from error


def problem_of(path: str, key: str, where: str) -> Problem | None:
    """Return what is wrong with the file, for the start."""
    try:
        read_file(Path(path))
    except OSError:
        return Problem(key, where, "names a file that can't be read", "make it, readable by the portal's user")
    except ValueError as error:
        return Problem(key, where, str(error), "keep the PERSONNES authorities and their roots only, in PEM")
    return None

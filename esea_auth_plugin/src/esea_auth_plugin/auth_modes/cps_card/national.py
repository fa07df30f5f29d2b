"""National identifiers on a card: PS_IdNat (a person, in the CN) and Struct_IdNat (a structure, in the OU).

The first character says the kind, but prefixes are not prefix-free: the shape of the rest decides (MOS, lists G08).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass

from ...foundation.nomenclatures.identifiers import BadIdentifier, luhn_is_right, normalise_adeli, normalise_finess

_INTERNAL = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z ._\-]{0,29}[0-9A-Za-z])?")
_RELAXED = re.compile(r"[0-9A-Z]+")
_LA_POSTE = "356000000"


class Kind(enum.StrEnum):
    """What an identifier is made of."""

    RPPS = "rpps"
    ADELI = "adeli"
    ADELI_OFFICE = "adeli_office"
    FINESS = "finess"
    SIREN = "siren"
    SIRET = "siret"
    RPPS_OFFICE = "rpps_office"


@dataclass(frozen=True, slots=True)
class NationalId:
    """An identifier read by its kind.

    :ivar number: of the person (RPPS, ADELI), or of the structure that names the person by ``internal``.
    """

    kind: Kind
    number: str
    internal: str = ""


#: First character, kind, length of the number, whether a structure's own number follows after « / ».
_PEOPLE = (
    ("8", Kind.RPPS, 11, False),
    ("0", Kind.ADELI, 9, False),
    ("1", Kind.ADELI_OFFICE, 11, True),
    ("3", Kind.FINESS, 9, True),
    ("4", Kind.SIREN, 9, True),
    ("5", Kind.SIRET, 14, True),
    ("6", Kind.RPPS_OFFICE, 14, True),
)
_STRUCTURES = (
    ("0", Kind.ADELI_OFFICE, 11, False),
    ("1", Kind.FINESS, 9, False),
    ("2", Kind.SIREN, 9, False),
    ("3", Kind.SIRET, 14, False),
    ("4", Kind.RPPS_OFFICE, 14, False),
)
_Shapes = tuple[tuple[str, Kind, int, bool], ...]


def person_id(text: str, *, relaxed: bool = False) -> NationalId | None:
    """Read a PS_IdNat; ``None`` when it is none.

    :param relaxed: test cards: letters among the digits and wrong keys pass (published ones have them).
    """
    return _read(text, _PEOPLE, relaxed)


def structure_id(text: str, *, relaxed: bool = False) -> NationalId | None:
    """Read a Struct_IdNat; ``None`` when it is none."""
    return _read(text, _STRUCTURES, relaxed)


def _read(text: str, shapes: _Shapes, relaxed: bool) -> NationalId | None:
    head, slash, internal = text[1:].partition("/")
    for prefix, kind, length, has_internal in shapes:
        if not text.startswith(prefix) or len(head) != length or bool(slash) is not has_internal:
            continue
        if has_internal and not _INTERNAL.fullmatch(internal):
            return None
        right = bool(_RELAXED.fullmatch(head)) if relaxed else _right(kind, head)
        return NationalId(kind, head, internal) if right else None
    return None


def _right(kind: Kind, number: str) -> bool:
    if not number.isascii():
        return False
    if kind in {Kind.ADELI, Kind.ADELI_OFFICE}:
        return _passes(normalise_adeli, number[:9]) and (number[9:].isdigit() or not number[9:])
    if kind is Kind.FINESS:
        return _passes(normalise_finess, number)
    if not number.isdigit():
        return False
    if kind is Kind.SIRET and number.startswith(_LA_POSTE):
        # La Poste numbers its sites by a rule of its own: the digits add up to a multiple of five.
        return luhn_is_right(number) or sum(map(int, number)) % 5 == 0
    return luhn_is_right(number)


def _passes(normalise: Callable[[str], str], number: str) -> bool:
    try:
        return normalise(number) == number
    except BadIdentifier:
        return False

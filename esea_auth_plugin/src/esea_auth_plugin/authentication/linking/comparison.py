"""Compares an external identity with an account, attribute by attribute."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping

from ...interfaces import AUTHORITY_ORIGINS, ExternalIdentity
from ...normalise.folding import fold, fold_words

NUMBERS = ("rpps", "adeli")
_NAMES = ("last_name", "first_name")
#: Words of a last name that say nothing of whose it is: particles, and what stands between birth name and use name.
_PARTICLES = frozenset(
    {"d", "da", "de", "del", "den", "der", "des", "di", "du", "l", "la", "le", "les", "van", "von"}
    | {"ep", "epouse", "ne", "nee", "veuf", "veuve", "vve"}
)
#: Given names that are joined at most when « JEAN PIERRE » is compared with « Jean-Pierre ».
_MAX_JOINED = 3


class Match(enum.StrEnum):
    """How one attribute compares."""

    PROVEN = "proven"  # equal to what an authority proved before
    DECLARED = "declared"  # equal to what the person declared, or a reviewer marked as proven
    DIFFERENT = "different"
    UNKNOWN = "unknown"  # one of the two says nothing


def _words(text: str) -> list[str]:
    """Return the folded words of a name; letters of every script count."""
    return re.findall(r"[^\W_]+", fold_words(text))


def _same_last(one: str, other: str) -> bool:
    """Compare two last names, each maybe a birth name, a use name, or both in either order."""
    words = [_words(text) for text in (one, other)]
    if "".join(words[0]) == "".join(words[1]):
        return True
    telling = [set(each) - _PARTICLES for each in words]
    return all(telling) and (telling[0] <= telling[1] or telling[1] <= telling[0])


def _given_names(text: str) -> Iterator[str]:
    """Yield every given name, and the neighbours joined: a card may lose the hyphen of « Jean-Pierre »."""
    parts = ["".join(_words(part)) for part in re.split(r"[\s,]+", fold(text))]
    for start in range(len(parts)):
        for end in range(start + 1, min(start + _MAX_JOINED, len(parts)) + 1):
            yield "".join(parts[start:end])


def _same_first(one: str, other: str) -> bool:
    """Tell whether two lists of given names share one: authorities give them all in an order of their own."""
    return bool({name for name in _given_names(one) if name} & {name for name in _given_names(other) if name})


def same_name(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Tell whether two people have one name, case, accents, hyphens and the order of names apart.

    A name that is missing on either side is not another name.
    """
    lasts, firsts = ([each.get(name, "") for each in (one, other)] for name in _NAMES)
    return (not all(lasts) or _same_last(*lasts)) and (not all(firsts) or _same_first(*firsts))


def same_person(identity: ExternalIdentity, values: Mapping[str, str]) -> bool:
    """Tell whether one of the names of an identity (birth name, name of practice) is the account's."""
    known_as = [dict(zip(_NAMES, names, strict=True)) for names in identity.also_known_as]
    return any(same_name(names, values) for names in (identity.attributes, *known_as))


def both_named(identity: ExternalIdentity, values: Mapping[str, str]) -> bool:
    """Tell whether both sides have a last name and a given name to compare."""
    return all(side.get(name) for side in (identity.attributes, values) for name in _NAMES)


def match_number(name: str, identity: ExternalIdentity, values: Mapping[str, str], said: Mapping[str, str]) -> Match:
    """Compare one number of the identity with the account's.

    :param values: the account's attributes; :param said: the origin of each.
    """
    shown, held = identity.attributes.get(name, ""), values.get(name, "")
    if not shown or not held:
        return Match.UNKNOWN
    if shown != held:
        return Match.DIFFERENT
    return Match.PROVEN if said.get(name) in AUTHORITY_ORIGINS else Match.DECLARED

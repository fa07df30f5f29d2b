"""Compares an external identity with an account, attribute by attribute."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping

from ..interfaces import PROVEN_ORIGINS, ExternalIdentity
from ..normalise.folding import fold, fold_key

NUMBERS = ("rpps", "adeli")


class Match(enum.StrEnum):
    """How one attribute compares."""

    PROVEN = "proven"  # equal to what was proven before
    DECLARED = "declared"  # equal to what the person declared
    DIFFERENT = "different"
    UNKNOWN = "unknown"  # one of the two says nothing


def _first(text: str) -> str:
    """Return the first of several first names: cards and registers give them all, people one."""
    parts = re.split(r"[\s,]+", fold(text).strip())
    return fold_key(parts[0]) if parts else ""


def same_name(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Tell whether two people have one name: the whole last name, the first of the first names, case and accents apart.

    A name that is missing on either side is not another name.
    """
    lasts = [fold_key(each.get("last_name", "")) for each in (one, other)]
    firsts = [_first(each.get("first_name", "")) for each in (one, other)]
    return all(not pair[0] or not pair[1] or pair[0] == pair[1] for pair in (lasts, firsts))


def match_number(name: str, identity: ExternalIdentity, values: Mapping[str, str], said: Mapping[str, str]) -> Match:
    """Compare one number of the identity with the account's.

    :param values: the account's attributes; :param said: the origin of each.
    """
    shown, held = identity.attributes.get(name, ""), values.get(name, "")
    if not shown or not held:
        return Match.UNKNOWN
    if shown != held:
        return Match.DIFFERENT
    return Match.PROVEN if said.get(name) in PROVEN_ORIGINS else Match.DECLARED

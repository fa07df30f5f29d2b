"""Postal codes, by country: five digits in France, with the « CEDEX » of businesses split off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from babel import Locale

from .characters import DASHES, ascii_digits, compatible, is_blank, is_invisible, single_blanks
from .errors import N_, BadText
from .folding import fold

FRANCE = "FR"
MAX_LENGTH = 40
_FRENCH = re.compile(r"(?:F(?:R(?:ANCE)?)?[ -]*)?([0-9]{2}) ?([0-9]{3})(?: ?-? ?(CEDEX)(?: ?([0-9]{1,2}))?)?")
_ANY = re.compile(r"[A-Z0-9](?:[A-Z0-9 -]{0,8}[A-Z0-9])?")
#: Neighbours of France and countries whose form is fixed; others have :data:`_ANY`.
_SHAPES: Mapping[str, tuple[str, str]] = {
    "AD": (r"AD[1-7]00", N_("En Andorre, un code postal s'écrit comme AD500.")),
    "BE": (r"[1-9][0-9]{3}", N_("En Belgique, un code postal a quatre chiffres, par exemple 1000.")),
    "CH": (r"[1-9][0-9]{3}", N_("En Suisse, un code postal a quatre chiffres, par exemple 1211.")),
    "DE": (r"[0-9]{5}", N_("En Allemagne, un code postal a cinq chiffres, par exemple 10115.")),
    "ES": (
        r"(?:0[1-9]|[1-4][0-9]|5[0-2])[0-9]{3}",
        N_("En Espagne, un code postal a cinq chiffres, par exemple 20001."),
    ),
    "GB": (r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}", N_("Au Royaume-Uni, un code postal s'écrit comme SW1A 1AA.")),
    "IT": (r"[0-9]{5}", N_("En Italie, un code postal a cinq chiffres, par exemple 00118.")),
    "LU": (r"[1-9][0-9]{3}", N_("Au Luxembourg, un code postal a quatre chiffres, par exemple 1111.")),
    "MC": (r"980[0-9]{2}", N_("À Monaco, un code postal a cinq chiffres et commence par 980, par exemple 98000.")),
    "NL": (r"[1-9][0-9]{3} [A-Z]{2}", N_("Aux Pays-Bas, un code postal s'écrit comme 1011 AB.")),
    "PT": (r"[0-9]{4}-[0-9]{3}", N_("Au Portugal, un code postal s'écrit comme 1000-001.")),
}
#: Letters of vehicles, which people write before a postal code (« B-1000 »).
_PLATES: Mapping[str, str] = {"BE": "B", "DE": "D", "ES": "E", "IT": "I", "LU": "L", "PT": "P"}
_FRENCH_SHAPE = N_(
    "Un code postal français a cinq chiffres, par exemple 33000. Pour une adresse à l'étranger, choisissez son pays."
)
_OTHER_SHAPE = N_("Écrivez ce code postal avec des lettres sans accent et des chiffres, dix au plus.")
#: Parts of France with codes of their own in ISO 3166: their postal codes are French.
_PARTS_OF_FRANCE = frozenset({"BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"})
_NEIGHBOURS = ("ES", "BE", "CH", "LU", "DE", "IT", "AD", "MC", "PT", "GB")


class BadPostalCode(BadText):
    """The text is no postal code of that country."""


@dataclass(frozen=True, slots=True)
class PostalCode:
    """A postal code. :ivar cedex: ``CEDEX 9`` or ``CEDEX`` of a French one, which stands behind the town's name."""

    code: str
    cedex: str = ""


def normalise_postal_code(text: str, country: str = FRANCE) -> PostalCode:
    """Return the code in its one spelling.

    :param country: ISO 3166 code. :raises BadPostalCode: it is none of that country; nothing else is raised.
    """
    plain = _plain(text) if len(text) <= 4 * MAX_LENGTH else ""
    if country == FRANCE:
        return _french(plain)
    pattern, told = _SHAPES.get(country, (_ANY.pattern, _OTHER_SHAPE))
    spelled = _spelled(plain, country)
    if len(spelled) > 10 or not re.fullmatch(pattern, spelled):
        raise BadPostalCode(told)
    return PostalCode(spelled)


def _plain(text: str) -> str:
    shown = "".join("-" if char in DASHES else char for char in text if not is_invisible(char))
    spaced = "".join(" " if is_blank(char) else char for char in ascii_digits(compatible(shown)))
    return single_blanks("".join(char for char in spaced if not is_invisible(char))).upper()


def _french(plain: str) -> PostalCode:
    match = _FRENCH.fullmatch(plain)
    code = f"{match[1]}{match[2]}" if match else ""
    if match is None or code.startswith("00"):
        raise BadPostalCode(_FRENCH_SHAPE)
    cedex = " ".join(filter(None, [match[3], str(int(match[4])) if match[4] else ""]))
    return PostalCode(code, cedex)


def _spelled(plain: str, country: str) -> str:
    """Return a foreign code as its country writes it: without the prefix of letters, with its one blank or dash."""
    bare = re.sub(rf"^(?:{country}|{_PLATES.get(country, country)})[ -]*(?=[0-9])", "", plain)
    emails = re.sub(r"[ -]", "", bare)
    if country == "GB" and 5 <= len(emails) <= 7:
        return f"{emails[:-3]} {emails[-3:]}"
    if country == "NL" and len(emails) == 6:
        return f"{emails[:4]} {emails[4:]}"
    if country == "PT" and len(emails) == 7:
        return f"{emails[:4]}-{emails[4:]}"
    if country == "AD":
        return f"AD{emails.removeprefix('AD')}"
    return emails if country in _SHAPES else bare


def town_with_cedex(town: str, cedex: str) -> str:
    """Return the town with the « CEDEX » that was typed with its code, unless it has one."""
    if not cedex or re.search(r"\bcedex\b", fold(town)):
        return town
    return f"{town} {cedex}".strip()


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Return (ISO 3166 code, French name): France first, then its neighbours, then the others by name."""
    named = {
        code: str(name)
        for code, name in Locale("fr").territories.items()
        if re.fullmatch(r"[A-Z]{2}", code) and code not in _PARTS_OF_FRANCE | _NO_COUNTRY
    }
    first = (FRANCE, *_NEIGHBOURS)
    others = sorted((code for code in named if code not in first), key=lambda code: fold(named[code]))
    return tuple((code, named[code]) for code in (*first, *others))


#: Codes that CLDR names and ISO 3166 does not list as countries.
_NO_COUNTRY = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


def country_name(code: str) -> str:
    """Return the French name of a country, the code itself for one that is not known."""
    return dict(countries()).get(code, code)

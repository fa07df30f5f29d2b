"""Telephone numbers: E.164 as stored, the French way as shown, an extension kept (RFC 3966).

Ten digits that begin with 0 belong to one of several plans: metropolitan France (+33), and the overseas ones, each with
a country code of its own (ARCEP, decision 2022-1583). ``phonenumbers`` reads and formats; the overseas blocks are
listed here, since its tables know some of them too late and take others for metropolitan numbers.
"""

from __future__ import annotations

import re

import phonenumbers

from .characters import DASHES, ascii_digits, compatible, is_blank, is_invisible
from .characters import single_blanks as _single_blanks
from .errors import N_, BadText

MAX_LENGTH = 60
#: First three digits of the national number, and the country code. Saint-Pierre-et-Miquelon's fixed lines are apart.
_OVERSEAS: dict[str, int] = {
    "262": 262, "263": 262, "692": 262, "693": 262,  # La Réunion
    "269": 262, "639": 262,  # Mayotte
    "590": 590, "690": 590, "691": 590,  # Guadeloupe, Saint-Barthélemy, Saint-Martin
    "594": 594, "694": 594,  # Guyane
    "596": 596, "696": 596, "697": 596,  # Martinique
    "708": 508,  # Saint-Pierre-et-Miquelon, mobile
}  # fmt: skip
_PM, _PM_TRUNK = 508, "508"
#: ARCEP keeps 06 39 98 for works of fiction.
_FICTION = "63998"
_FRENCH_PLANS = frozenset({33, 262, 508, 590, 594, 596})

_EXTENSION = re.compile(
    r"(?:;\s*ext\s*=|[,;/]?\s*(?:postes?|pst|int(?:erne|\.)?|ext(?:ension|\.)?|p\.|x|#)\s*[:.n°]*)\s*(\d{1,8})\s*$",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"^(?:t[eé]l(?:[eé]phone|\.)?|mobile|portable|fax)?\s*:?\s*", re.IGNORECASE)
_CHARACTERS = re.compile(r"\+?[0-9 ().\-]+")
_PAID = {phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST}


class BadPhone(BadText):
    """The text is no telephone number that a person can be reached by."""


_WRONG = N_("Ce numéro n'est pas valable : saisissez dix chiffres, ou +indicatif pour l'étranger.")
_SHORT = N_("Ce numéro court ne permet pas de vous rappeler : saisissez un numéro à dix chiffres.")
_SURCHARGED = N_("Ce numéro est surtaxé : saisissez un numéro fixe ou mobile ordinaire.")
_SEVERAL = N_("Saisissez un seul numéro dans ce champ, de dix chiffres ou avec +indicatif pour l'étranger.")
_BAD_EXTENSION = N_(
    "Le numéro de poste n'est pas lisible : écrivez-le à la fin, par exemple « 05 56 00 00 00 poste 1234 »."
)


def normalise_phone(text: str) -> str:
    """Return a number as it is stored: ``+33556000000``, with ``;ext=1234`` when it has an extension.

    :raises BadPhone: it is none, or nobody can be called back there; nothing else is raised, whatever the text.
    """
    if len(text) > MAX_LENGTH * 4:
        raise BadPhone(_WRONG)
    plain = _PREFIX.sub("", _plain(text), count=1)
    found = _EXTENSION.search(plain)
    extension = found[1] if found else ""
    if found:
        plain = plain[: found.start()].rstrip(" ,;:-")
    if not plain or not _CHARACTERS.fullmatch(plain):
        raise BadPhone(_refusal(plain))
    number = _read(plain)
    return f"{_e164(number)};ext={extension}" if extension else _e164(number)


def _plain(text: str) -> str:
    """Return the text without invisible characters (address books add some), its blanks, dashes and digits plain."""
    shown = "".join("-" if char in DASHES else char for char in text if not is_invisible(char))
    spaced = "".join(" " if is_blank(char) else char for char in ascii_digits(compatible(shown)))
    return _single_blanks("".join("-" if char in DASHES else char for char in spaced if not is_invisible(char)))


def _refusal(plain: str) -> str:
    if re.search(r"poste|ext|interne", plain, re.IGNORECASE):
        return _BAD_EXTENSION
    if len(re.findall(r"\d", plain)) >= 18 and re.search(r"[/,;]|ou|et", plain):
        return _SEVERAL
    return _WRONG


def _read(plain: str) -> phonenumbers.PhoneNumber:
    digits = re.sub(r"\D", "", plain)
    if not plain.startswith("+") and 2 <= len(digits) <= 4:
        raise BadPhone(_SHORT)
    try:
        number = phonenumbers.parse(plain, "FR")
    except phonenumbers.NumberParseException as error:
        raise BadPhone(_WRONG) from error
    number = _in_its_plan(number)
    national = phonenumbers.national_significant_number(number)
    if number.country_code in set(_OVERSEAS.values()) and _is_overseas(number.country_code, national):
        return number
    if not phonenumbers.is_valid_number(number):
        several = len(digits) == 20 and not plain.startswith("+")
        raise BadPhone(_SEVERAL if several else _WRONG)
    if phonenumbers.number_type(number) in _PAID:
        raise BadPhone(_SURCHARGED)
    return number


def _in_its_plan(number: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber:
    """Return a number that stands under +33 in the overseas plan it belongs to, others as they are."""
    national = phonenumbers.national_significant_number(number)
    if number.country_code != 33 or len(national) != 9 or national.startswith(_FICTION):
        return number
    if national.startswith(_PM_TRUNK):
        return phonenumbers.PhoneNumber(country_code=_PM, national_number=int(national[3:]))
    code = _OVERSEAS.get(national[:3])
    return number if code is None else phonenumbers.PhoneNumber(country_code=code, national_number=int(national))


def _is_overseas(code: int, national: str) -> bool:
    """Tell whether a national number is of a listed overseas block: a plan that ``phonenumbers`` may not know yet."""
    if national.startswith(_FICTION):
        return False
    return len(national) == 9 and _OVERSEAS.get(national[:3]) == code


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _stored(value: str) -> tuple[phonenumbers.PhoneNumber, str] | None:
    """Read a number that is shown: one of a person, or one of a setting (a short one is none)."""
    try:
        number = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    extension, number.extension = number.extension or "", None
    return _in_its_plan(number), extension


def phone_fr(value: str | None) -> str:
    """Return « 05 56 00 00 00 » for a number of a French plan, the international form for others, other text as it is.

    An extension follows as « poste 1234 ».
    """
    found = _stored(value) if value else None
    if found is None:
        return value or ""
    number, extension = found
    text = _national(number) if number.country_code in _FRENCH_PLANS else _international(number)
    return (f"{text} poste {extension}" if extension else text).replace(" ", "\u00a0")


def _national(number: phonenumbers.PhoneNumber) -> str:
    national = phonenumbers.national_significant_number(number)
    if number.country_code == _PM and len(national) == 6:
        return f"0508 {national[:2]} {national[2:4]} {national[4:]}"
    if number.country_code != 33 and len(national) == 9:
        return f"0{national[:3]} {national[3:5]} {national[5:7]} {national[7:]}"
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def _international(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def phone_uri(value: str | None) -> str:
    """Return the address of a telephone link, ``tel:+33564090090`` (RFC 3966); ``""`` for what is no number."""
    found = _stored(value) if value else None
    if found is None:
        return ""
    number, extension = found
    return f"tel:{_e164(number)};ext={extension}" if extension else f"tel:{_e164(number)}"

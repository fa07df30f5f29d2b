"""Types that turn what people type into one canonical value, and say in French why they can't."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import colander
from email_validator import EmailNotValidError, validate_email

from ...normalise.characters import forbidden, stripped, tidy, without_invisible
from ...normalise.codes import compact, is_digits
from ...normalise.emails import MAX_ADDRESS, MAX_LOCAL, BadDomain, domain_to_ascii, mailbox_of
from ...normalise.phones import MAX_LENGTH as MAX_PHONE
from ...normalise.phones import BadPhone, normalise_phone, phone_fr
from ...normalise.postal import MAX_LENGTH as MAX_POSTAL_CODE
from ...normalise.postal import BadPostalCode, normalise_postal_code
from .messages import _


def _typed(node: colander.SchemaNode, cstruct: object, *, most: int, pasted: bool = False) -> str | None:
    """Return the tidied text, ``None`` when there is none; refuse what isn't short clean text.

    Those around it came with a paste and are left out; ``pasted``: those within it too.
    """
    if cstruct is colander.null or cstruct is None:
        return None
    if isinstance(cstruct, str) and len(cstruct) <= 4 * most:
        cstruct = without_invisible(cstruct) if pasted else stripped(cstruct)
    if not isinstance(cstruct, str) or len(cstruct) > most:
        raise colander.Invalid(node, _("Saisissez au plus ${most} caractères.", mapping={"most": most}))
    if forbidden(cstruct.strip()):
        raise colander.Invalid(node, "Ce texte contient des caractères invisibles : saisissez-le au clavier.")
    return tidy(cstruct) or None


_NOT_AN_ADDRESS = "Cette adresse n'est pas valable : elle s'écrit nom@domaine.fr."


class Email(colander.SchemaType):
    """An address of plain ASCII before the ``@``; its domain in lower case, international labels as A-labels."""

    def deserialize(self, node: colander.SchemaNode, cstruct: object) -> object:
        """Return the normalised address."""
        text = _typed(node, cstruct, most=MAX_ADDRESS * 2)
        if text is None:
            return colander.null
        local, domain = mailbox_of(text)
        try:
            address = f"{local}@{domain_to_ascii(domain)}"
        except BadDomain as error:
            raise colander.Invalid(node, _NOT_AN_ADDRESS) from error
        self._check_lengths(node, local, address)
        try:
            # SMTPUTF8 (RFC 6531) is refused: many hospitals' servers can't be written to that way.
            validate_email(address, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise colander.Invalid(node, _NOT_AN_ADDRESS) from error
        return address

    def _check_lengths(self, node: colander.SchemaNode, local: str, address: str) -> None:
        if not local.isascii():
            raise colander.Invalid(
                node,
                "Avant le « @ », cette adresse contient une lettre accentuée ou spéciale, que beaucoup de messageries "
                "d'établissements refusent : donnez une autre adresse.",
            )
        if len(local.encode()) > MAX_LOCAL:
            told = _("Avant le « @ », une adresse a au plus ${most} signes : vérifiez-la.", mapping={"most": MAX_LOCAL})
            raise colander.Invalid(node, told)
        if len(address.encode()) > MAX_ADDRESS:
            told = _("Une adresse a au plus ${most} signes : vérifiez-la.", mapping={"most": MAX_ADDRESS})
            raise colander.Invalid(node, told)

    def serialize(self, node: colander.SchemaNode, appstruct: object) -> object:
        """Return the address."""
        return colander.null if appstruct in (colander.null, None) else str(appstruct)


class Phone(colander.SchemaType):
    """A telephone number in E.164, with its extension (``;ext=``)."""

    def deserialize(self, node: colander.SchemaNode, cstruct: object) -> object:
        """Return ``+33556000000`` or ``+33556000000;ext=1234``."""
        text = _typed(node, cstruct, most=MAX_PHONE)
        if text is None:
            return colander.null
        try:
            return normalise_phone(text)
        except BadPhone as bad:
            raise colander.Invalid(node, bad.message) from bad

    def serialize(self, node: colander.SchemaNode, appstruct: object) -> object:
        """Return the number as people write it."""
        return colander.null if appstruct in (colander.null, None) else phone_fr(str(appstruct)).replace("\u00a0", " ")


class PostalCode(colander.SchemaType):
    """A French postal code; with ``any_country``, a text that the schema checks once it knows the country."""

    def __init__(self, *, any_country: bool = False) -> None:
        self.any_country = any_country

    def deserialize(self, node: colander.SchemaNode, cstruct: object) -> object:
        """Return the code without spaces, the text as typed when its country is not known yet."""
        text = _typed(node, cstruct, most=MAX_POSTAL_CODE)
        if text is None:
            return colander.null
        if self.any_country:
            return text
        try:
            return normalise_postal_code(text).code
        except BadPostalCode as bad:
            raise colander.Invalid(node, bad.message) from bad

    def serialize(self, node: colander.SchemaNode, appstruct: object) -> object:
        """Return the code."""
        return colander.null if appstruct in (colander.null, None) else str(appstruct)


class Code(colander.SchemaType):
    """A one-time code."""

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def deserialize(self, node: colander.SchemaNode, cstruct: object) -> object:
        """Return the figures; pasted spaces and dashes are dropped."""
        text = _typed(node, cstruct, most=64, pasted=True)
        if text is None:
            return colander.null
        code = compact(text)
        if not is_digits(code, self.digits):
            raise colander.Invalid(node, _("Le code a ${digits} chiffres.", mapping={"digits": self.digits}))
        return code

    def serialize(self, node: colander.SchemaNode, appstruct: object) -> object:
        """A code is never shown again."""
        return colander.null


class Birthday(colander.SchemaType):
    """Day and month, ``"MM-DD"``; typed as ``"29/02"``."""

    _LAST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

    def deserialize(self, node: colander.SchemaNode, cstruct: object) -> object:
        """Return ``"MM-DD"``."""
        text = _typed(node, cstruct, most=20)
        if text is None:
            return colander.null
        found = re.fullmatch(r"\s*([0-9]{1,2})\s*/\s*([0-9]{1,2})\s*", text)
        day, month = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= month <= 12 or not 1 <= day <= self._LAST[month - 1]:
            raise colander.Invalid(node, "Saisissez un jour (1 à 31) et un mois (1 à 12) qui existent.")
        return f"{month:02d}-{day:02d}"

    def serialize(self, node: colander.SchemaNode, appstruct: object) -> object:
        """Return ``"DD/MM"``."""
        if appstruct in (colander.null, None, ""):
            return colander.null
        month, _, day = str(appstruct).partition("-")
        return f"{day}/{month}"


class Day(colander.SchemaType):
    """A calendar day, typed the French way (``31/12/2026``) or as computers write it (``2026-12-31``)."""

    def deserialize(self, node: colander.SchemaNode, cstruct: object) -> object:
        """Return a ``date``."""
        text = _typed(node, cstruct, most=20)
        if text is None:
            return colander.null
        for shape in (
            r"(?P<d>[0-9]{1,2})\s*[/.-]\s*(?P<m>[0-9]{1,2})\s*[/.-]\s*(?P<y>[0-9]{4})",
            r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})",
        ):
            found = re.fullmatch(shape, text)
            if found is not None:
                try:
                    return date(int(found["y"]), int(found["m"]), int(found["d"]))
                except ValueError:
                    break
        raise colander.Invalid(node, "Cette date n'existe pas : écrivez-la comme 31/12/2026.")

    def serialize(self, node: colander.SchemaNode, appstruct: object) -> object:
        """Return ``"DD/MM/YYYY"``."""
        return colander.null if appstruct in (colander.null, None) else f"{appstruct:%d/%m/%Y}"


class Texts(colander.SchemaType):
    """Several texts, each once."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> object:
        """Return a tuple; ``null`` when empty."""
        if cstruct is colander.null or not cstruct:
            return colander.null
        if len(cstruct) > 100 or any(len(text) > 200 for text in cstruct):
            raise colander.Invalid(node, "Choisissez parmi les réponses proposées.")
        return tuple(dict.fromkeys(cstruct))

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> object:
        """Return a tuple."""
        return colander.null if appstruct in (colander.null, None) else tuple(appstruct)


class HoneypotType(colander.SchemaType):
    """Was anything written?"""

    def deserialize(self, node: colander.SchemaNode, cstruct: object) -> object:
        """Return ``True`` when something was."""
        return bool(isinstance(cstruct, str) and cstruct.strip())

    def serialize(self, node: colander.SchemaNode, appstruct: object) -> object:
        """Always empty."""
        return colander.null

"""Types that turn what people type into one canonical value, and say in French why they can't."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import colander
import phonenumbers
from email_validator import EmailNotValidError, validate_email

from .cleaning import forbidden, tidy
from .messages import _


def _typed(node: Any, cstruct: Any, *, most: int) -> str | None:
    """Return the tidied text, ``None`` when there is none; refuse what isn't short clean text."""
    if cstruct is colander.null or cstruct is None:
        return None
    if not isinstance(cstruct, str) or len(cstruct) > most:
        raise colander.Invalid(node, _("Saisissez au plus ${most} caractères.", mapping={"most": most}))
    if forbidden(cstruct.strip()):
        raise colander.Invalid(node, "Ce texte contient des caractères invisibles : saisissez-le au clavier.")
    return tidy(cstruct) or None


class Email(colander.SchemaType):
    """An address of plain ASCII before the ``@``; its domain in lower case."""

    def deserialize(self, node: Any, cstruct: Any) -> Any:
        """Return the normalised address."""
        text = _typed(node, cstruct, most=254)
        if text is None:
            return colander.null
        try:
            # SMTPUTF8 is refused: many hospitals' servers can't be written to that way.
            found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise colander.Invalid(node, "Cette adresse n'est pas valable : elle s'écrit nom@domaine.fr.") from error
        return found.normalized

    def serialize(self, node: Any, appstruct: Any) -> Any:
        """Return the address."""
        return colander.null if appstruct in (colander.null, None) else str(appstruct)


class Phone(colander.SchemaType):
    """A telephone number in E.164."""

    def deserialize(self, node: Any, cstruct: Any) -> Any:
        """Return ``+33556000000``."""
        text = _typed(node, cstruct, most=40)
        if text is None:
            return colander.null
        try:
            number = phonenumbers.parse(text, "FR")
        except phonenumbers.NumberParseException as error:
            raise self._refused(node) from error
        if not phonenumbers.is_valid_number(number) or number.extension:
            raise self._refused(node)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def _refused(self, node: Any) -> colander.Invalid:
        return colander.Invalid(
            node, "Ce numéro n'est pas valable : saisissez dix chiffres, ou +indicatif pour l'étranger."
        )

    def serialize(self, node: Any, appstruct: Any) -> Any:
        """Return the number as people write it."""
        from ..layout.filters import phone_fr

        return colander.null if appstruct in (colander.null, None) else phone_fr(str(appstruct)).replace("\u00a0", " ")


class PostalCode(colander.SchemaType):
    """Five figures."""

    def deserialize(self, node: Any, cstruct: Any) -> Any:
        """Return the code without spaces."""
        text = _typed(node, cstruct, most=10)
        if text is None:
            return colander.null
        code = re.sub(r"\s", "", text)
        if not re.fullmatch(r"[0-9]{5}", code) or code.startswith("00"):
            raise colander.Invalid(node, "Un code postal a cinq chiffres, par exemple 33000.")
        return code

    def serialize(self, node: Any, appstruct: Any) -> Any:
        """Return the code."""
        return colander.null if appstruct in (colander.null, None) else str(appstruct)


class Code(colander.SchemaType):
    """A one-time code."""

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def deserialize(self, node: Any, cstruct: Any) -> Any:
        """Return the figures; pasted spaces and dashes are dropped."""
        text = _typed(node, cstruct, most=64)
        if text is None:
            return colander.null
        code = re.sub(r"[\s\u2010-\u2014-]", "", text)
        if not re.fullmatch(rf"[0-9]{{{self.digits}}}", code):
            raise colander.Invalid(node, _("Le code a ${digits} chiffres.", mapping={"digits": self.digits}))
        return code

    def serialize(self, node: Any, appstruct: Any) -> Any:
        """A code is never shown again."""
        return colander.null


class Birthday(colander.SchemaType):
    """Day and month, ``"MM-DD"``; typed as ``"29/02"``."""

    _LAST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

    def deserialize(self, node: Any, cstruct: Any) -> Any:
        """Return ``"MM-DD"``."""
        text = _typed(node, cstruct, most=20)
        if text is None:
            return colander.null
        found = re.fullmatch(r"\s*([0-9]{1,2})\s*/\s*([0-9]{1,2})\s*", text)
        day, month = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= month <= 12 or not 1 <= day <= self._LAST[month - 1]:
            raise colander.Invalid(node, "Saisissez un jour (1 à 31) et un mois (1 à 12) qui existent.")
        return f"{month:02d}-{day:02d}"

    def serialize(self, node: Any, appstruct: Any) -> Any:
        """Return ``"DD/MM"``."""
        if appstruct in (colander.null, None, ""):
            return colander.null
        month, _, day = str(appstruct).partition("-")
        return f"{day}/{month}"


class Day(colander.SchemaType):
    """A calendar day, typed the French way (``31/12/2026``) or as computers write it (``2026-12-31``)."""

    def deserialize(self, node: Any, cstruct: Any) -> Any:
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

    def serialize(self, node: Any, appstruct: Any) -> Any:
        """Return ``"DD/MM/YYYY"``."""
        return colander.null if appstruct in (colander.null, None) else f"{appstruct:%d/%m/%Y}"


class Texts(colander.SchemaType):
    """Several texts, each once."""

    def deserialize(self, node: Any, cstruct: Any) -> Any:
        """Return a tuple; ``null`` when empty."""
        if cstruct is colander.null or not cstruct:
            return colander.null
        if len(cstruct) > 100 or any(len(text) > 200 for text in cstruct):
            raise colander.Invalid(node, "Choisissez parmi les réponses proposées.")
        return tuple(dict.fromkeys(cstruct))

    def serialize(self, node: Any, appstruct: Any) -> Any:
        """Return a tuple."""
        return colander.null if appstruct in (colander.null, None) else tuple(appstruct)


class Trap(colander.SchemaType):
    """Was anything written?"""

    def deserialize(self, node: Any, cstruct: Any) -> Any:
        """Return ``True`` when something was."""
        return bool(isinstance(cstruct, str) and cstruct.strip())

    def serialize(self, node: Any, appstruct: Any) -> Any:
        """Always empty."""
        return colander.null

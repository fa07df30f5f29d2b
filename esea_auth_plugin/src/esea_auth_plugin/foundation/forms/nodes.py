"""Schema nodes that packages build their forms from: each brings its type, its cap, its widget and its French messages.

Text is kept as the person typed it while a form is shown again, and tidied only in the values that validation returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import colander

from ...normalise.characters import forbidden, tidy
from ...normalise.person_names import BadName, normalise_name, tidy_name
from ...normalise.postal import MAX_LENGTH as MAX_POSTAL_CODE
from . import types, widgets
from .messages import _

Validator = Callable[[Any, Any], None]

_WIDGET_OPTIONS = (
    *("help", "autocomplete", "width", "shown_when", "asterisk", "data"),
    *("searchable", "follows", "group_values"),
)
_FORBIDDEN = _("Ce texte contient des caractères invisibles ou de contrôle : saisissez-le au clavier.")


def first_of(*validators: Validator | None) -> Validator:
    """Return a validator that stops at the first refusal: one field shows one message."""
    wanted = [validator for validator in validators if validator is not None]

    def check(node: colander.SchemaNode, value: object) -> None:
        for validator in wanted:
            validator(node, value)

    return check


def _tidied(value: object) -> Any:
    return (tidy(value) or colander.null) if isinstance(value, str) else value


class _Node(colander.SchemaNode):
    """A node whose own checks come before those that a package adds with ``validator=``."""

    schema_type: Any = colander.String
    default_widget: Any = widgets.Text

    def __init__(self, *, check: Validator | None = None, **kw: Any) -> None:
        kw["validator"] = first_of(check, kw.get("validator"))
        kw.setdefault("widget", self.default_widget())
        for name in _WIDGET_OPTIONS:
            if name in kw:
                setattr(kw["widget"], name, kw.pop(name))
        super().__init__(self.schema_type() if isinstance(self.schema_type, type) else self.schema_type, **kw)

    def clone(self) -> Any:
        """Return a copy with a widget of its own: what a page changes on it stays within its request."""
        cloned = self.__class__.__new__(self.__class__)
        cloned.__dict__.update(self.__dict__)
        cloned.widget = copy(self.widget)
        return cloned


def _too_long(most: int, length: int) -> Any:
    values = {"most": most, "length": length}
    return _("Saisissez au plus ${most} caractères (${length} pour l'instant).", mapping=values)


def _text_check(least: int, most: int, *, multiline: bool) -> Validator:
    def check(node: colander.SchemaNode, value: str) -> None:
        if len(value) > most:
            raise colander.Invalid(node, _too_long(most, len(value)))
        if forbidden(value, multiline=multiline):
            raise colander.Invalid(node, _FORBIDDEN)
        if len(value) < least:
            told = _("Saisissez au moins ${least} caractères.", mapping={"least": least})
            raise colander.Invalid(node, told)

    return check


class TextNode(_Node):
    """Text of one line, or several with ``multiline=True``; 255 characters unless told."""

    def __init__(self, *, max_length: int = 255, min_length: int = 0, multiline: bool = False, **kw: Any) -> None:
        kw.setdefault("widget", widgets.TextArea() if multiline else self.default_widget())
        if getattr(kw["widget"], "maxlength", 0) is None:
            kw["widget"].maxlength = max_length
        kw.setdefault("preparer", _tidied)
        super().__init__(check=_text_check(min_length, max_length, multiline=multiline), **kw)


class NameNode(TextNode):
    """A person's name or first name, in its one spelling (see ``normalise.person_names``); 100 characters."""

    def __init__(self, **kw: Any) -> None:
        kw.setdefault("max_length", 100)
        kw.setdefault("preparer", _tidied_name)
        kw["validator"] = first_of(_name_check, kw.get("validator"))
        super().__init__(**kw)


def _tidied_name(value: object) -> Any:
    return (tidy_name(value) or colander.null) if isinstance(value, str) else value


def _name_check(node: colander.SchemaNode, value: str) -> None:
    try:
        normalise_name(value)
    except BadName as bad:
        raise colander.Invalid(node, bad.message) from bad


class EmailNode(_Node):
    """An e-mail address, 254 characters at most; no address is looked up while a form is validated."""

    schema_type = types.Email
    default_widget = widgets.Email


class PhoneNode(_Node):
    """A telephone number, French unless it begins with ``+``; its value is E.164."""

    schema_type = types.Phone
    default_widget = widgets.Tel


class PostalCodeNode(_Node):
    """A French postal code, « CEDEX » left out; with ``any_country=True``, a text that the schema checks itself."""

    schema_type = types.PostalCode

    def __init__(self, *, any_country: bool = False, **kw: Any) -> None:
        self.schema_type = types.PostalCode(any_country=any_country)
        # Emails belong to it (« CEDEX », foreign codes): the numeric keyboard would refuse them.
        super().__init__(**kw)

    def default_widget(self) -> Any:
        """Short; « 33076 CEDEX 9 » fits."""
        return widgets.Text(autocomplete="postal-code", width="s", maxlength=MAX_POSTAL_CODE, spellcheck=False)


class CodeNode(_Node):
    """A one-time code of ``digits`` figures; spaces are accepted."""

    default_widget = widgets.OneTimeCode

    def __init__(self, *, digits: int = 6, **kw: Any) -> None:
        self.schema_type = types.Code(digits)
        super().__init__(**kw)
        self.widget.maxlength = digits * 2


class PasswordNode(_Node):
    """A password as typed: no character is removed. Its strength is the policy's business, not the form's."""

    default_widget = widgets.Password

    def __init__(self, *, new: bool = False, max_length: int = 128, **kw: object) -> None:
        super().__init__(check=_password_check(max_length), **kw)
        if new:
            self.widget.autocomplete = "new-password"


def _password_check(most: int) -> Validator:
    # The cap is told before any hash is computed: a long password is a cheap way to burn our CPU.
    def check(node: colander.SchemaNode, value: str) -> None:
        if len(value) > most:
            raise colander.Invalid(node, _("Saisissez au plus ${most} caractères.", mapping={"most": most}))

    return check


class BirthdayNode(_Node):
    """Day and month of birth; its value is ``"MM-DD"``. 29 February exists."""

    schema_type = types.Birthday
    default_widget = widgets.Birthday


class DayNode(_Node):
    """A calendar day, typed as ``31/12/2026``; its value is a ``date``."""

    schema_type = types.Day

    def default_widget(self) -> Any:
        """Short; no calendar pops up, which screen readers and shared workstations thank us for."""
        return widgets.Text(width="xs", maxlength=12, spellcheck=False)


class ChoiceNode(_Node):
    """One of ``values``; ``radios=True`` shows them all."""

    default_widget = widgets.Select

    def __init__(self, *, values: widgets.Choices, radios: bool = False, **kw: Any) -> None:
        kw.setdefault("widget", widgets.Radios(values) if radios else widgets.Select(values))
        kw["widget"].values = values
        super().__init__(check=_one_of, **kw)


def _one_of(node: colander.SchemaNode, value: str) -> None:
    if value not in {known for known, _ in node.widget.flat}:
        raise colander.Invalid(node, "Choisissez une des réponses proposées.")


class ChoicesNode(_Node):
    """Any of ``values``; its value is a tuple in the order of the choices. ``least``: how many must be ticked."""

    schema_type = types.Texts
    default_widget = widgets.Checkboxes

    def __init__(self, *, values: widgets.Choices, least: int = 0, **kw: Any) -> None:
        kw.setdefault("widget", widgets.Checkboxes(values))
        kw["widget"].values = values
        kw.setdefault("missing", colander.required if least else ())
        super().__init__(check=_some_of(least), **kw)


def _some_of(least: int) -> Validator:
    def check(node: colander.SchemaNode, value: Sequence[str]) -> None:
        if not set(value) <= {known for known, _ in node.widget.flat}:
            raise colander.Invalid(node, "Choisissez parmi les réponses proposées.")
        if len(value) < least:
            several = _("Cochez ${least} cases.", mapping={"least": least})
            raise colander.Invalid(node, _("Cochez au moins une case.") if least == 1 else several)

    return check


class CheckNode(_Node):
    """A box that may stay empty; its value is a boolean."""

    schema_type = colander.Boolean
    default_widget = widgets.Checkbox

    def __init__(self, **kw: Any) -> None:
        kw.setdefault("missing", False)
        super().__init__(**kw)


class AcceptNode(_Node):
    """Accept or refuse, none preselected: consent is an act (RGPD art. 4). A refusal says what it means.

    :param accept: label of the acceptance. :param refuse: label of the refusal.
    :param refusal: what refusing means, shown beside the field.
    """

    default_widget = widgets.Radios

    def __init__(self, *, accept: str, refuse: str, refusal: str, **kw: object) -> None:
        values = [("oui", accept), ("non", refuse)]
        kw.setdefault("widget", widgets.Radios(values))
        super().__init__(check=first_of(_one_of, _accepted(refusal)), **kw)


def _accepted(refusal: str) -> Validator:
    def check(node: colander.SchemaNode, value: str) -> None:
        if value != "oui":
            raise colander.Invalid(node, refusal)

    return check


class HoneypotNode(_Node):
    """A trap for robots; its value is ``True`` when something was caught. The view then pretends, and keeps nothing."""

    schema_type = types.HoneypotType
    default_widget = widgets.Honeypot

    def __init__(self, **kw: Any) -> None:
        kw.setdefault("title", "Ne remplissez pas ce champ")
        kw.setdefault("missing", False)
        super().__init__(**kw)

"""Accessible widgets: each pairs a template of this package with the way its posted values are read.

A widget reads its own values from the posted form (:meth:`Control.read`), so that no positional markers lie in the
page and nothing but text ever reaches a schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import colander
from deform.widget import Widget

#: (value, label), or (group, [(value, label), …]) for groups of a select.
Choices = Sequence[tuple[str, Any]]

EMPTY_CHOICE = "--choisissez--"


class Control(Widget):
    """What every widget has.

    :ivar help: advice under the label, read out with the field.
    :ivar autocomplete: token of WCAG 1.3.5 (``family-name``, ``email``, ``one-time-code``…).
    :ivar width: ``xs``, ``s``, ``m``, ``l`` or ``full``: how long an answer is expected.
    :ivar shown_when: ``"field=value"`` or ``"field=a|b"``: shown only then, where JavaScript runs.
    :ivar asterisk: mark as mandatory although the schema can't say so (depends on another field).
    :ivar keep: what was typed is shown again after an error.
    :ivar data: ``data-`` attributes by name, read by a script of ours.
    """

    template = "text"
    hidden = False
    grouped = False  # a fieldset with a legend, not one control with a label
    help = ""
    autocomplete = ""
    width = "m"
    shown_when = ""
    asterisk = False
    keep = True
    readonly = False
    data: Mapping[str, str] = {}

    def read(self, post: Any, name: str) -> object:
        """Return the control's part of the posted form (``post`` is a WebOb MultiDict)."""
        values = [value for value in post.getall(name) if isinstance(value, str)]
        return values[-1] if values else colander.null

    def deserialize(self, field: object, pstruct: object) -> object:
        """Return what the schema reads: the text, ``null`` when empty."""
        return pstruct if isinstance(pstruct, str) and pstruct else colander.null

    def shown(self, cstruct: object) -> object:
        """Return the value put in the page."""
        return cstruct if isinstance(cstruct, str) and self.keep else ""

    def serialize(self, field: Any, cstruct: object, **kw: object) -> object:
        """Return the field's HTML: label, help, error and control."""
        errors = [field.renderer.translate(message) for message in field.error.messages()] if field.error else []
        return field.renderer(self.template, field=field, widget=self, value=self.shown(cstruct), errors=errors, **kw)

    @property
    def focus_suffix(self) -> str:
        """What the error summary adds to the field's id to reach its first control."""
        return ""


class Text(Control):
    """One line of text."""

    type = "text"
    inputmode = ""
    maxlength: int | None = None
    placeholder = ""
    spellcheck = True
    autocapitalize = ""
    prefix = ""
    suffix = ""


class Email(Text):
    """An e-mail address."""

    type = "email"
    inputmode = "email"
    autocomplete = "email"
    spellcheck = False
    autocapitalize = "none"
    width = "l"


class Tel(Text):
    """A telephone number."""

    type = "tel"
    inputmode = "tel"
    autocomplete = "tel"
    spellcheck = False
    width = "s"


class Digits(Text):
    """Figures that are no quantity: postcode, RPPS. No spinner, no loss of leading zeros."""

    inputmode = "numeric"
    spellcheck = False
    width = "s"


class OneTimeCode(Digits):
    """A code that was mailed or read off a device: browsers may fill it in, spaces are accepted."""

    template = "code"
    autocomplete = "one-time-code"
    keep = False


class Password(Text):
    """A password: pasted freely, shown on demand, never sent back. ``meter``: id of a strength display."""

    template = "password"
    type = "password"
    autocomplete = "current-password"
    spellcheck = False
    autocapitalize = "none"
    keep = False
    meter = ""


class TextArea(Control):
    """Several lines, with a count of what is left when there is a cap."""

    template = "textarea"
    rows = 5
    maxlength: int | None = None
    width = "full"


class Hidden(Control):
    """A value that travels unseen. Never trust it."""

    template = "hidden"
    hidden = True


class Honeypot(Control):
    """A field that people never see and robots fill in."""

    template = "honeypot"
    hidden = True
    keep = False


class WithChoices(Control):
    """A control that offers values."""

    def __init__(self, values: Choices = (), **kw: object) -> None:
        super().__init__(values=values, **kw)

    @property
    def flat(self) -> list[tuple[str, str]]:
        """The choices without their groups."""
        found: list[tuple[str, str]] = []
        for value, label in self.values:
            found.extend([(value, label)] if isinstance(label, str) else label)
        return found


class Select(WithChoices):
    """One of many; groups are allowed.

    :ivar empty: label of no choice, ``None`` for none. :ivar searchable: a long list, searched where JavaScript runs.
    :ivar follows: name of the field whose answer says which group is offered where JavaScript runs.
    :ivar group_values: answers of that field by the labels of the groups.
    """

    template = "select"
    empty: str | None = EMPTY_CHOICE
    searchable = False
    follows = ""
    group_values: Mapping[str, str] = {}


class Radios(WithChoices):
    """One of few, all of them shown. ``hints`` maps a value to a line under its label."""

    template = "radios"
    grouped = True
    inline = False
    hints: dict[str, str] = {}  # noqa: RUF012 - deform sets widget attributes by keyword

    @property
    def focus_suffix(self) -> str:
        """The first button."""
        return "-1"


class Checkbox(Control):
    """Yes or nothing; its label is the field's title."""

    template = "checkbox"
    true_value = "oui"

    def shown(self, cstruct: object) -> object:
        """Tell whether it is ticked."""
        return cstruct in {self.true_value, "true"}

    def deserialize(self, field: object, pstruct: object) -> object:
        """Return ``"true"`` or ``"false"``."""
        return "true" if pstruct == self.true_value else "false"


class Checkboxes(WithChoices):
    """Any of few."""

    template = "checkboxes"
    grouped = True
    hints: dict[str, str] = {}  # noqa: RUF012 - deform sets widget attributes by keyword

    def read(self, post: Any, name: str) -> object:
        """Return the list of what is ticked."""
        return [value for value in post.getall(name) if isinstance(value, str)]

    def deserialize(self, field: object, pstruct: object) -> object:
        """Return a tuple of texts."""
        return tuple(pstruct) if isinstance(pstruct, list | tuple) else ()

    def shown(self, cstruct: object) -> tuple[object, ...]:
        """Return the values that are ticked."""
        return tuple(cstruct) if isinstance(cstruct, Iterable) else ()

    @property
    def focus_suffix(self) -> str:
        """The first box."""
        return "-1"


class Birthday(Control):
    """Day and month, without the year: two short fields under one legend."""

    template = "birthday"
    grouped = True

    def read(self, post: object, name: str) -> Any:
        """Return ``"day/month"`` as typed, ``null`` when both are empty."""
        day = super().read(post, f"{name}.jour")
        month = super().read(post, f"{name}.mois")
        parts = ["" if part is colander.null else str(part).replace("/", "") for part in (day, month)]
        return "/".join(parts) if any(parts) else colander.null

    def shown(self, cstruct: object) -> object:
        """Return (day, month) as typed."""
        day, _, month = (cstruct if isinstance(cstruct, str) else "").partition("/")
        return day, month

    @property
    def focus_suffix(self) -> str:
        """The day."""
        return "-jour"


class Fields(Control):
    """A nested mapping: a fieldset with its own fields."""

    template = "mapping"
    grouped = True
    columns = 1

    def read(self, post: object, name: str) -> object:
        """Fields of a mapping read themselves, see ``form.py``."""
        raise TypeError("a mapping has no value of its own to read")

    def deserialize(self, field: Any, pstruct: Any) -> object:
        """Read each child; a mapping's errors come from its children."""
        return {child.name: child.deserialize(pstruct.get(child.name, colander.null)) for child in field.children}

    def serialize(self, field: Any, cstruct: object, **kw: object) -> object:
        """Return the fieldset."""
        errors = [field.renderer.translate(message) for message in field.error.messages()] if field.error else []
        return field.renderer(self.template, field=field, widget=self, errors=errors, **kw)

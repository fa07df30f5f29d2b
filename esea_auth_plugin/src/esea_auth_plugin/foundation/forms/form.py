"""``PortalForm``: one form of one page, bound to its request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import colander
import deform
from markupsafe import Markup

from ...pyramid_types import JsonObject, PortalRequest
from ..layout.page import csrf_field
from . import widgets
from .renderer import FormRenderer


class Invalid(Exception):
    """What was typed can't be accepted. ``form_html`` shows it again with what to correct.

    :ivar errors: French messages by field name; ``""`` is the form itself.
    """

    def __init__(self, form_html: Markup, errors: Mapping[str, str]) -> None:
        super().__init__(f"invalid fields: {', '.join(sorted(errors))}")  # never the values
        self.form_html = form_html
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Button:
    """A submit button. ``kind`` is ``primary``, ``quiet`` or ``danger``; the first one is what Enter presses."""

    name: str
    title: str
    kind: str = "primary"


@dataclass(frozen=True, slots=True)
class Group:
    """Fields shown together under a legend, without changing the shape of the values.

    :ivar names: the fields' names. :ivar intro: a sentence under the legend. :ivar columns: 1 or 2 on wide screens.
    """

    title: str
    names: tuple[str, ...]
    intro: str = ""
    columns: int = 1


class PortalForm(deform.Form):
    """Binds a schema to a request: renders, validates, and shows again what was typed.

    :param submit: buttons as (name, title) or :class:`Button`; the first is primary, the others quiet.
    :param action: where it posts, the page itself by default.
    :param groups: fieldsets; a field in no group comes after them.
    :param form_id: prefix of the ids, for a page with two forms.
    :param cancel: (title, path) of a link beside the buttons.
    """

    def __init__(
        self,
        schema: Any,
        request: PortalRequest,
        *,
        submit: Sequence[tuple[str, str] | Button] = (("valider", "Valider"),),
        action: str = "",
        groups: Sequence[Group] = (),
        form_id: str = "champ",
        cancel: tuple[str, str] | None = None,
        autocomplete: str | None = None,
    ) -> None:
        schema = schema() if isinstance(schema, type) else schema
        super().__init__(
            schema.bind(request=request), renderer=FormRenderer(request), action=action, formid=form_id, focus="off"
        )
        self.request = request
        self.groups = tuple(groups)
        self.cancel = cancel
        self.browser_autocomplete = autocomplete
        say = self.renderer.translate
        buttons = (_button(given, index) for index, given in enumerate(submit))
        self.submit = tuple(replace(button, title=say(button.title)) for button in buttons)
        _name_fields(self, form_id, "")

    @property
    def pressed(self) -> str:
        """Name of the button that sent the form, ``""`` when none of ours."""
        return next((button.name for button in self.submit if button.name in self.request.POST), "")

    def render(self, appstruct: Mapping[str, object] | None = None, **kw: object) -> Markup:
        """Return the form's HTML, filled with ``appstruct`` (values by field name)."""
        if appstruct is not None:
            known = {child.name for child in self.children}
            self.set_appstruct({name: value for name, value in appstruct.items() if name in known})
        return self._html()

    def validate(self, controls: object = None, subcontrol: object = None) -> JsonObject:
        """Return the values of the posted form.

        :raises Invalid: with the form to show again.
        """
        try:
            values: JsonObject = self.validate_pstruct(_read(self, self.request.POST))
        except deform.ValidationFailure as failure:
            raise self._invalid() from failure
        return values

    def typed(self) -> JsonObject:
        """Return what was posted, unchecked, without passwords and codes: kept on « Précédent »."""
        return {
            child.name: value
            for child in self.children
            if child.widget.keep
            and not isinstance(child.widget, widgets.Fields)
            and (value := child.widget.read(self.request.POST, child.html_name)) is not colander.null
        }

    def show_typed(self, typed: Mapping[str, object]) -> Markup:
        """Return the form filled with what :meth:`typed` returned earlier, right or wrong."""
        for child in self.children:
            if child.name in typed:
                child.cstruct = typed[child.name]
        return self._html()

    def refuse(self, errors: str | Mapping[str, str]) -> Invalid:
        """Return the :class:`Invalid` of what a service refused after validation; to be raised by the caller.

        :param errors: a message for the whole form, or messages by field name (``""``: the whole form).
        """
        told = {"": errors} if isinstance(errors, str) else errors
        for name, message in told.items():
            field = self[name] if name else self
            field.error = colander.Invalid(field.schema, message)
        return self._invalid()

    def problems(self) -> list[tuple[str, str, str]]:
        """Return (id of the control, title of the field, message) of every error, in the page's order."""
        found = [("", "", self.renderer.translate(message)) for message in _messages(self)]
        for field in _leaves(self):
            found.extend(
                (f"{field.oid}{field.widget.focus_suffix}", field.title, _after_colon(self.renderer.translate(message)))
                for message in _messages(field)
            )
        return found

    def layout(self) -> list[tuple[Group | None, list[Any]]]:
        """Return the visible fields by group, in order."""
        by_name = {field.name: field for field in self.children if not field.widget.hidden}
        rows: list[tuple[Group | None, list[Any]]] = []
        for group in self.groups:
            members = [by_name.pop(name) for name in group.names if name in by_name]
            if members:
                rows.append((group, members))
        if by_name:
            rows.append((None, list(by_name.values())))
        return rows

    def _invalid(self) -> Invalid:
        self.request.form_failed = True  # the page's title begins with « Erreur »
        errors: dict[str, str] = {}
        for field in [self, *_leaves(self)]:
            for message in _messages(field):
                errors.setdefault("" if field is self else field.html_name, self.renderer.translate(message))
        return Invalid(self._html(), errors)

    def _html(self) -> Markup:
        html: Markup = self.renderer(
            "form",
            form=self,
            rows=self.layout(),
            unseen=[field for field in self.children if field.widget.hidden],
            problems=self.problems(),
            csrf=csrf_field(self.request),
            some_required=any(is_required(field) for field in _leaves(self) if not field.widget.hidden),
        )
        return html


def is_required(field: Any) -> bool:
    """Tell whether the field is marked as mandatory."""
    return bool(field.required or field.widget.asterisk)


def _after_colon(message: str) -> str:
    """Return the message as it follows a colon: a small email, unless it begins with an acronym (« RPPS »)."""
    return message[:1].lower() + message[1:] if message[1:2].islower() else message


def _button(given: tuple[str, str] | Button, index: int) -> Button:
    return given if isinstance(given, Button) else Button(given[0], given[1], "quiet" if index else "primary")


def _name_fields(parent: Any, form_id: str, prefix: str) -> None:
    for field in parent.children:
        field.html_name = f"{prefix}{field.name}"
        field.oid = f"{form_id}-{field.html_name.replace('.', '-')}"
        field.title = field.renderer.translate(field.title)
        if getattr(field.widget, "help", ""):
            # The widget may be shared by requests: what is said to one is not said to all.
            field.widget = copy(field.widget)
            field.widget.help = field.renderer.translate(field.widget.help)
        field.marked = is_required(field) if isinstance(field.widget, widgets.Control) else False
        if field.children and not isinstance(field.widget, widgets.Fields):
            field.widget = widgets.Fields()
        elif not isinstance(field.widget, widgets.Control):
            # deform's own widgets would render with its templates, which we never serve.
            raise TypeError(f"field {field.html_name}: use a widget of esea_auth_plugin.foundation.forms.widgets")
        _name_fields(field, form_id, f"{field.html_name}.")


def _read(parent: Any, post: Any) -> JsonObject:
    return {
        field.name: _read(field, post) if field.children else field.widget.read(post, field.html_name)
        for field in parent.children
    }


def _leaves(parent: Any) -> list[Any]:
    found: list[Any] = []
    for field in parent.children:
        found.append(field)
        found.extend(_leaves(field))
    return found


def _messages(field: Any) -> Sequence[Any]:
    return [message for message in field.error.messages() if message] if field.error else ()

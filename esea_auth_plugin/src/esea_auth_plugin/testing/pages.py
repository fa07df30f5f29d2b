"""Reads and fills pages by what people see: the labels of fields, the text of links and buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from webtest import TestResponse
from webtest.forms import Checkbox, Form, Radio, Select

Value = str | bool


def fill(page: TestResponse, values: Mapping[str, Value]) -> Form:
    """Fill the fields with these labels and return their form.

    A select and a group of radio buttons take the text of the choice, a checkbox takes ``True`` or ``False``.

    :raises AssertionError: naming the label that the page does not have, and those it has.
    """
    found: Form | None = None
    for label, value in values.items():
        found = _fill_one(page, label, value)
    assert found is not None, "nothing to fill"
    return found


def send(page: TestResponse, values: Mapping[str, Value], button: str | None = None) -> TestResponse:
    """Fill the fields with these labels and send their form.

    :param button: text of the button; the first one by default.
    """
    form = fill(page, values)
    if button is None:
        return form.submit()
    for tag in form.html.find_all("button"):
        if _clean(tag.get_text()) == button:
            return form.submit(tag.get("name"), value=tag.get("value", ""))
    raise AssertionError(f"no button « {button} » on the page")


def press(page: TestResponse, button: str) -> TestResponse:
    """Send the form that has a button with this text, as it stands."""
    for form in page.forms.values():
        for tag in form.html.find_all("button"):
            if _clean(tag.get_text()) == button:
                return form.submit(tag.get("name"), value=tag.get("value", ""))
    for tag in page.html.find_all("button", form=True):  # stands outside its form
        if _clean(tag.get_text()) == button:
            form = page.forms[tag["form"]]
            fields = [*form.submit_fields(), (tag["name"], tag.get("value", ""))]
            return page.goto(form.action, method=form.method, params=fields)
    raise AssertionError(f"no button « {button} » on the page:\n{text(page)}")


def text(page: TestResponse) -> str:
    """Return what the page's main part says, white space folded."""
    main = page.html.find("main") or page.html
    return _clean(main.get_text(" "))


def field_error(page: TestResponse, label: str) -> str:
    """Return the error tied to the field with this label by ``aria-describedby``, ``""`` if there is none."""
    tag = page.html.find(id=_label(page, label)["for"])
    described = (tag.get("aria-describedby") or "").split() if tag is not None else []
    errors = [page.html.find(id=name) for name in described]
    return " ".join(
        _clean(each.get_text()) for each in errors if each is not None and "error" in str(each.get("class"))
    )


def _fill_one(page: TestResponse, label: str, value: Value) -> Form:
    form, name, index = _locate(page, label, value)
    control = form.fields[name][index]
    if isinstance(control, Checkbox):
        control.checked = bool(value)
    elif isinstance(control, Select) and not isinstance(control, Radio):  # WebTest: a Radio is a Select
        control.select(text=_option(control, str(value)))
    elif not isinstance(control, Radio):  # the right radio button was chosen by its own label
        control.value = str(value)
    return form


def _locate(page: TestResponse, label: str, value: Value) -> tuple[Form, str, int]:
    """Return form, name and position of the field with this label (a legend, for radio buttons)."""
    for legend in page.html.find_all("legend"):
        if _clean(legend.get_text()) == label and isinstance(value, str):
            chosen = [tag for tag in legend.parent.find_all("label") if _clean(tag.get_text()) == value]
            if not chosen:  # the legend of a group that holds a field of the same name
                continue
            target = chosen[0]["for"]
            form, name, index = _by_id(page, target)
            form.set(name, page.html.find(id=target)["value"])
            return form, name, index
    return _by_id(page, _label(page, label)["for"])


def _by_id(page: TestResponse, html_id: str) -> tuple[Form, str, int]:
    for form in page.forms.values():
        for name, controls in form.fields.items():
            for index, control in enumerate(controls):
                ids = [control.id] if not isinstance(control, Radio) else _radio_ids(form, name)
                if name and html_id in ids:
                    return form, name, index
    raise AssertionError(f"the label of « {html_id} » points at no field of a form")


def _radio_ids(form: Form, name: str) -> list[str]:
    return [tag.get("id", "") for tag in form.html.find_all("input", attrs={"name": name})]


def _label(page: TestResponse, label: str) -> Any:
    labels = {_clean(tag.get_text()): tag for tag in page.html.find_all("label") if tag.get("for")}
    assert label in labels, f"no field « {label} »; the page has: {', '.join(labels)}\n{text(page)}"
    return labels[label]


def _option(control: Select, wanted: str) -> str:
    texts = [str(option[2]) for option in control.options]
    exact = [each for each in texts if _clean(each) == wanted]
    assert exact, f"no choice « {wanted} »; there are: {', '.join(texts)}"
    return exact[0]


def _clean(raw: str) -> str:
    """Fold white space and leave out the marks of mandatory and optional fields."""
    folded = re.sub(r"\s+", " ", raw).strip()
    return re.sub(r"(\s*(\*|\((obligatoire|facultatif)\)))+$", "", folded).strip()

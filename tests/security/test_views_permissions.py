"""No view answers without a permission of its own, and reading never shares one with acting (threat-model.md row 3)."""

from __future__ import annotations

from typing import Any

import pytest
from pyramid.security import NO_PERMISSION_REQUIRED

from esea_auth_plugin.directives import permissions_of

READING = {"GET", "HEAD"}


@pytest.fixture
def views(portal: Any) -> list[dict[str, Any]]:
    found = portal.registry.introspector.get_category("views") or []
    return [item["introspectable"] for item in found]


def methods(view: Any) -> set[str]:
    given = view.get("request_methods") or ()
    return {given} if isinstance(given, str) else set(given)


def ours(view: Any) -> bool:
    """Static files and exception views have no person to judge."""
    from pyramid.interfaces import IException
    from zope.interface.interfaces import IInterface

    context = view["context"]
    is_error = (isinstance(context, type) and issubclass(context, Exception)) or (
        IInterface.providedBy(context) and context.isOrExtends(IException)
    )
    name = getattr(view["callable"], "__module__", "") or type(view["callable"]).__module__
    return not is_error and not name.startswith("pyramid.")


def described(view: Any) -> str:
    return f"{view['context']} {view['name']!r} {sorted(methods(view))}"


def test_there_is_something_to_judge(views: list[Any]) -> None:
    assert len([view for view in views if ours(view)]) > 20


def test_every_view_names_a_declared_permission_and_its_method(portal: Any, views: list[Any]) -> None:
    declared = {*permissions_of(portal.registry), NO_PERMISSION_REQUIRED}
    undeclared = [described(view) for view in views if ours(view) and _permission_of(portal, view) not in declared]
    assert undeclared == []  # forgotten ones fall under DENY_BY_DEFAULT: closed, but no page for anybody
    silent = [described(view) for view in views if ours(view) and not methods(view)]
    assert silent == []


def test_reading_and_acting_never_share_a_permission(portal: Any, views: list[Any]) -> None:
    reading, acting = set(), {}
    for view in views:
        if not ours(view):
            continue
        named = _permission_of(portal, view)
        if named in {None, NO_PERMISSION_REQUIRED}:
            continue
        if methods(view) <= READING:
            reading.add(named)
        else:
            acting[named] = described(view)
    assert [(name, place) for name, place in acting.items() if name in reading] == []


def test_no_view_answers_both_get_and_post(views: list[Any]) -> None:
    assert [
        described(view) for view in views if ours(view) and methods(view) & READING and methods(view) - READING
    ] == []


def _permission_of(portal: Any, view: Any) -> str | None:
    for related in portal.registry.introspector.related(view):
        if related.category_name == "permissions":
            return str(related["value"])
    return None

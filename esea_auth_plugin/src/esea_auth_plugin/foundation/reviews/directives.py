"""The directives ``config.add_review_board`` and ``config.add_request_kind``, and the check of what they declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from zope.interface import alsoProvides
from zope.interface.interfaces import IInterface

from ...directives import core, report_problems
from ...errors import Problem
from ...interfaces import IPortalRoot, Level, RequestKind
from ...pyramid_types import Configurator, PortalRequest
from ...services import find
from ...settings import ReviewSettings
from . import acts, request_views
from .declared import ReviewBoard, declared
from .resources import QueueResource, ReviewBoardResource, ReviewResource
from .views import overview, queue_view

#: After every declaration, before the core tells the problems.
_ORDER = 4_000
_TEMPLATES = "esea_auth_plugin:foundation/reviews/templates"


def add_request_kind(config: Configurator, kind: Any) -> None:
    """Directive ``config.add_request_kind(kind)``: an instance, a class without arguments, or its dotted name."""
    kind = config.maybe_dotted(kind)
    found: RequestKind = kind() if isinstance(kind, type) else kind
    introspectable = config.introspectable("esea request kinds", found.name, found.title, "request kind")
    config.action(
        ("esea-request-kind", found.name),
        lambda: declared(config).kinds.__setitem__(found.name, found),
        introspectables=(introspectable,),
    )


def add_review_board(
    config: Configurator,
    name: str,
    *,
    title: str,
    path: str,
    permission: str,
    parent: IInterface = IPortalRoot,
    provides: Sequence[IInterface] = (),
) -> None:
    """Directive: open a reviewing review board.

    :param path: its address; the last segment is added under ``parent``.
    :param permission: declared with ``add_permission_rule``. Acting needs ``permission + ".act"``, which takes the
        same rule; ``reviews.required_level`` is the least level of both.
    :param provides: further marker interfaces of the place, under which other packages add pages.
    """
    board = ReviewBoard(name, title, path, permission, tuple(provides))

    def place(request: PortalRequest, above: Any, key: str) -> Any:
        made = ReviewBoardResource(request, above, key, board)
        alsoProvides(made, *provides)
        return made

    def register() -> None:
        declared(config).boards[name] = board

    config.add_portal_child(path.rpartition("/")[2], place, parent=parent)
    introspectable = config.introspectable("esea review boards", name, title, "review board")
    config.action(("esea-review-board", name), register, introspectables=(introspectable,))
    config.action(("esea-review-board-rule", name), lambda: _copy_rule(config, board), order=_ORDER)
    _add_board_views(config, board)


def check_declarations(config: Configurator) -> None:
    """Report kinds that no review board takes, and queues that share an address with each other or with another page.

    A page that belongs to the review board hides the queue of its name, and whoever wrote there would wait for ever.
    """
    found = declared(config)
    pages = core(config).children
    taken: dict[tuple[str, str], str] = {}
    problems = []
    for kind in found.kinds.values():
        if kind.board not in found.boards:
            known = ", ".join(sorted(found.boards)) or "none"
            problems.append(
                Problem(f"request kind {kind.name}", "", f"goes to the unknown desk {kind.board}", f"known: {known}")
            )
        other = taken.setdefault((kind.board, kind.queue), kind.name)
        if other != kind.name:
            cause = f"has the same queue as {other}: {kind.board}/{kind.queue}"
            problems.append(Problem(f"request kind {kind.name}", "", cause, "choose another queue"))
        provides = found.boards[kind.board].provides if kind.board in found.boards else ()
        if any((above, kind.queue) in pages for above in provides):
            cause = f"its queue is hidden by another page: {found.boards[kind.board].path}/{kind.queue}"
            problems.append(Problem(f"request kind {kind.name}", "", cause, "choose another queue"))
    report_problems(config, problems)


def _copy_rule(config: Configurator, board: ReviewBoard) -> None:
    rules = core(config).permissions
    rule = rules.get(board.permission)
    if rule is None:
        cause = f"needs the permission {board.permission}, which nobody declares"
        report_problems(config, [Problem(f"review desk {board.name}", "", cause, "config.add_permission_rule")])
        return
    # A reviewer sees other people's data: the floor of the setting holds for every board, whoever brings it, and for
    # every other page that the review board's role opens (the accounts, beside the support's queues).
    raised = replace(rule, level=max(rule.level, _required_level(config)))
    rules[board.permission] = raised
    for name, other in rules.items():
        if rule.role is not None and other.role == rule.role:
            rules[name] = replace(other, level=max(other.level, raised.level))
    rules.setdefault(board.act_permission, raised)


def _required_level(config: Configurator) -> Level:
    """Return the least level of reviewers (``reviews.required_level``); an unknown one stops the start."""
    try:
        return Level.from_slug(find(config, ReviewSettings).required_level)
    except ValueError as unknown:
        where = config.registry.settings.get("__file__", "")
        cure = str(unknown).removeprefix("unknown level; ")
        report_problems(config, [Problem("reviews.required_level", where, "is not a level", cure)])
        return Level.HEALTH


def _add_board_views(config: Configurator, board: ReviewBoard) -> None:
    """Add the views of one review board: GET under its permission, POST under the permission to act."""

    def get(
        view: Callable[..., Any],
        context: type[ReviewBoardResource | QueueResource | ReviewResource],
        template: str | None,
        name: str = "",
    ) -> None:
        renderer = f"{_TEMPLATES}/{template}" if template else None
        config.add_view(
            view,
            context=context,
            name=name,
            request_method="GET",
            permission=board.permission,
            renderer=renderer,
            review_board=board.name,
        )

    get(overview, ReviewBoardResource, "board.jinja2")
    get(queue_view, QueueResource, "queue.jinja2")
    get(request_views.request_view, ReviewResource, "request.jinja2")
    for name, act in acts.ACTS.items():
        get(request_views.back_to_request, ReviewResource, None, name)
        config.add_view(
            act,
            context=ReviewResource,
            name=name,
            request_method="POST",
            permission=board.act_permission,
            renderer=f"{_TEMPLATES}/request.jinja2",
            review_board=board.name,
        )

"""The kinds of request and the review boards that were declared on a registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zope.interface.interfaces import IInterface

from ...interfaces import RequestKind
from ...pyramid_types import RegistryStore, Source


@dataclass(frozen=True, slots=True)
class ReviewBoard:
    """A team's place of work. ``permission`` opens its pages, ``act_permission`` its decisions; ``provides``: see
    :func:`add_review_board`."""

    name: str
    title: str
    path: str
    permission: str
    provides: tuple[IInterface, ...] = ()

    @property
    def act_permission(self) -> str:
        """What acting needs: GET and POST never share a permission (threat-model.md row 3)."""
        return f"{self.permission}.act"


@dataclass
class Declared:
    """What the directives collected."""

    kinds: dict[str, RequestKind] = field(default_factory=dict)
    boards: dict[str, ReviewBoard] = field(default_factory=dict)


#: What was collected for an application.
declared = RegistryStore("esea.reviews", Declared)


def kinds_of(source: Source) -> Mapping[str, RequestKind]:
    """Return the kinds of request by name."""
    return declared(source).kinds


def kinds_of_board(source: Source, board: str) -> Sequence[RequestKind]:
    """Return the kinds that go to a review board, in the order in which they were declared."""
    return [kind for kind in declared(source).kinds.values() if kind.board == board]

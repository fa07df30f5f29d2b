"""Resources of the portal: every page is a resource in a tree under the root.

``__getitem__`` never writes and never counts. A package's place finds its fixed children by the directive
``add_portal_child`` and reads the others by key in :meth:`Resource.child`.
"""

from __future__ import annotations

from typing import Any

from pyramid.location import lineage
from zope.interface import implementer

from .directives import core, kinds_of_resource
from .hosts import PORTAL_ROOT, root_name
from .interfaces import IPortalRoot, IResource
from .pyramid_types import PortalRequest
from .services import find
from .settings import FoundationSettings


@implementer(IResource)
class Resource:
    """A place with a name, a parent and the request it was reached by."""

    #: The resource above, of the class that the subclass's place in the tree implies.
    __parent__: Any
    #: What the breadcrumb shows.
    title = ""

    def __init__(self, request: PortalRequest, parent: object, name: str) -> None:
        self.request = request
        self.__parent__ = parent
        self.__name__ = name

    def __getitem__(self, key: str) -> Any:
        children = core(self.request).children
        for parent in kinds_of_resource(self):
            factory = children.get((parent, key))
            if factory is not None:
                return factory(self.request, self, key)
        return self.child(key)

    def child(self, key: str) -> Resource:
        """Return the place named ``key`` here, or raise ``KeyError``; packages override it."""
        raise KeyError(key)

    @property
    def path(self) -> str:
        """Address of the place, without trailing slash (``/`` for the root)."""
        names = [place.__name__ for place in lineage(self)]
        return "/".join(reversed([name or "" for name in names])) or "/"

    def trail(self) -> list[Resource]:
        """Return the places above this one that have a title, the topmost first."""
        above = list(lineage(self.__parent__)) if self.__parent__ is not None else []
        return [place for place in reversed(above) if getattr(place, "title", "")]


@implementer(IPortalRoot)
class PortalRoot(Resource):
    """The root that a host may use as it is, extend, or replace by any class that provides ``IPortalRoot``."""

    title = "Accueil"

    def __init__(self, request: PortalRequest) -> None:
        super().__init__(request, None, "")


class HostRoot(Resource):
    """Base of the root of another host name (``config.add_portal_root``): none of the portal's pages are under it.

    :cvar serves: name of the root, as ``portal.hosts`` gives it.
    """

    serves = ""

    def __init__(self, request: PortalRequest) -> None:
        super().__init__(request, None, "")


def host_root(request: PortalRequest) -> Any | None:
    """Return the root that this request's host name serves, ``None`` for the portal's own.

    A host calls it in its root factory: ``return host_root(request) or PortalRoot(request)``.
    """
    name = root_name(request, find(request, FoundationSettings))
    factory = core(request).roots.get(name) if name != PORTAL_ROOT else None
    return factory(request) if factory is not None else None


def portal_child(request: PortalRequest, root: object, key: str) -> Any:
    """Find a plugin's place under a host's own root; ``KeyError`` when there is none.

    For hosts whose root is not a :class:`PortalRoot`: call it from their ``__getitem__``.
    """
    factory = core(request).children.get((IPortalRoot, key))
    if factory is None:
        raise KeyError(key)
    return factory(request, root, key)

"""Static files under an address that holds a digest of their content, so that browsers may keep them for ever.

``static('package:static/portal.css')`` gives ``/static/package/DIGEST/portal.css``. The digest is that of the whole
folder: relative addresses between modules and sheets stay right. A host overrides a file with ``override_asset``.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.path import AssetResolver
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.static import static_view

from ...interfaces import PortalSettings
from ...pyramid_types import Configurator, PortalRequest, Source, get_registry
from ...services import find

ROUTE = "esea.static"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "public, no-cache"


class StaticFolders:
    """The folders that are served, by package name, and their digests."""

    def __init__(self, *, watch: bool) -> None:
        self._views: dict[str, tuple[str, static_view | None]] = {}
        self._digests: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        self._watch = watch

    def add(self, spec: str) -> None:
        """Serve the folder ``package:folder``."""
        package = spec.partition(":")[0]
        self._views[package] = (spec, static_view(spec, use_subpath=True))

    def path(self, spec: str) -> str:
        """Return the address of a file.

        :raises LookupError: its folder is not declared with ``config.add_static_folder`` or the file is not there.
        """
        known = self._paths.get(spec)
        if known is not None:
            return known
        package = spec.partition(":")[0]
        folder, _ = self._views.get(package, ("", None))
        if not folder or not spec.startswith(folder + "/"):
            raise LookupError(f"{spec}: declare its folder with config.add_static_folder('{package}:static')")
        if not AssetResolver().resolve(spec).exists():
            raise LookupError(f"{spec}: there is no such file")
        path = f"/static/{package}/{self.digest(package)}/{spec.removeprefix(folder + '/')}"
        if not self._watch:  # a page asks for a dozen files, which stay where they are until the next start
            self._paths[spec] = path
        return path

    def view(self, package: str) -> static_view | None:
        """Return the view that serves this package's folder, ``None`` when it has none."""
        return self._views.get(package, ("", None))[1]

    def digest(self, package: str) -> str:
        """Return the digest of the folder's content, overrides included; in development always the same."""
        if self._watch:
            return "dev"
        if package not in self._digests:
            whole = hashlib.sha256()
            _feed(whole, AssetResolver(), self._views[package][0])
            self._digests[package] = whole.hexdigest()[:16]
        return self._digests[package]


def _feed(whole: Any, resolver: AssetResolver, spec: str) -> None:
    asset = resolver.resolve(spec)
    if asset.isdir():
        for name in sorted(asset.listdir()):
            _feed(whole, resolver, f"{spec}/{name}")
        return
    whole.update(spec.encode() + b"\0")
    with asset.stream() as stream:
        whole.update(hashlib.sha256(stream.read()).digest())


def folders(source: Source) -> StaticFolders:
    """Return the folders served by this application (source: a request, a configurator or the registry)."""
    found: StaticFolders = get_registry(source)["esea.static_folders"]
    return found


def add_static_folder(config: Configurator, spec: str) -> None:
    """Directive ``config.add_static_folder('package:static')``: serve this folder, one a package."""
    package = spec.partition(":")[0]
    config.action(("esea-static", package), lambda: folders(config).add(spec))


def serve(request: PortalRequest) -> Response:
    """View: one static file. A page of another release asks under an old digest: answered, not kept."""
    package = request.matchdict["package"]
    view = folders(request).view(package)
    if view is None:
        raise HTTPNotFound
    request.subpath = tuple(request.matchdict["path"])
    response: Response = view(None, request)
    known = folders(request).digest(package) == request.matchdict["digest"]
    in_development = find(request, PortalSettings).env == "development"
    response.headers["Cache-Control"] = _FOR_EVER if known and not in_development else _ASK_EACH_TIME
    response.headers.pop("Expires", None)
    return response


def includeme(config: Configurator) -> None:
    """Add the directive, the route and its view."""
    watch = config.registry.settings.get("portal.env") == "development"
    config.registry["esea.static_folders"] = StaticFolders(watch=watch)
    config.add_directive("add_static_folder", add_static_folder)
    config.add_route(ROUTE, "/static/{package}/{digest}/*path")
    config.add_view(
        lambda context, request: serve(request),
        route_name=ROUTE,
        request_method="GET",
        permission=NO_PERMISSION_REQUIRED,
        any_host=True,
    )

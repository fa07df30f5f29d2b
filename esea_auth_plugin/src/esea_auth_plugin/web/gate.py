"""The outermost tween: unknown hosts and oversized bodies stop here, every answer leaves with its headers.

It knows nothing of the database, so that it still answers when that is down.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

from pyramid.response import Response

from ..layout.errors import ErrorText, bare_response, error_response
from ..services import find
from ..settings import FoundationSettings
from . import headers, hosts

logger = logging.getLogger(__name__)

#: For a name that is not ours. No style sheet: it would be asked for under that same name, and be refused there.
_NOT_OURS = ErrorText(
    "Adresse inconnue", "Ce portail ne répond pas à ce nom.", "Vérifiez l'adresse saisie, ou ouvrez le portail :"
)
_UNREADABLE = ErrorText(
    "Demande illisible", "La demande n'a pas pu être lue.", "Revenez à la page précédente et réessayez."
)


def gate_tween(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Return the gate in front of ``handler``."""
    settings = find(registry, FoundationSettings)
    known = hosts.known_hosts(settings)
    secure = settings.url.startswith("https://")

    def gate(request: Any) -> Any:
        request.id = uuid.uuid4().hex
        response = _refused(request, known, settings.max_body_bytes, settings.url)
        if response is None:
            # What the portal is reached by is a fact of the settings, never of a header.
            request.environ["wsgi.url_scheme"] = "https" if secure else "http"
            response = handler(request)
        headers.dress(request, response, secure=secure)
        return response

    return gate


def _refused(request: Any, known: frozenset[str], most: int, url: str) -> Response | None:
    if not hosts.is_known(request, known):
        # CVE class « host header injection » (Zitadel GHSA-2wmj-46rj-qm2w): nothing is built from it, nothing served.
        return bare_response(request, 400, _NOT_OURS, home=url)
    length = request.environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or (request.method in {"POST", "PUT", "PATCH"} and _chunked(request)):
        return error_response(request, 400, text=_UNREADABLE)
    return error_response(request, 413) if int(length) > most else None


def _chunked(request: Any) -> bool:
    # Servers and proxies that we support buffer the body and give its length; a body without length has no cap.
    return "chunked" in request.environ.get("HTTP_TRANSFER_ENCODING", "").lower() and not request.environ.get(
        "CONTENT_LENGTH"
    )

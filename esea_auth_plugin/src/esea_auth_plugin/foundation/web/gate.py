"""The outermost tween: what cannot be a request of this portal stops here, every answer leaves with its headers.

It runs before routing, sessions, CSRF and the database, and needs none of them.
"""

from __future__ import annotations

import logging
from time import perf_counter

from pyramid.response import Response

from ... import hosts
from ...pyramid_types import Handler, PortalRequest, Registry
from ...services import find
from ...settings import FoundationSettings
from ..layout.errors import ErrorText, bare_response, error_response
from ..logs import request_under_way
from . import headers, proxy
from .request_checks import BadRequest, check_body, check_head, content_length, read_body, readable_cookies
from .request_log import log_request

logger = logging.getLogger(__name__)

#: For a name that is not ours. No style sheet: it would be asked for under that same name, and be refused there.
_NOT_OURS = ErrorText(
    "Adresse inconnue", "Ce portail ne répond pas à ce nom.", "Vérifiez l'adresse saisie, ou ouvrez le portail :"
)
_UNREADABLE = ErrorText(
    "Demande illisible", "La demande n'a pas pu être lue.", "Revenez à la page précédente et réessayez."
)
_UNREADABLE_ADDRESS = ErrorText(
    "Adresse illisible",
    "L'adresse demandée contient des caractères que le portail ne peut pas lire, ou elle est trop longue.",
    "Vérifiez l'adresse saisie. Si vous avez suivi un lien, copiez-le en entier, ou repartez de l'accueil.",
)
_TOO_MANY_COOKIES = ErrorText(
    "Cookies trop volumineux",
    "Votre navigateur envoie trop de cookies à ce site.",
    "Effacez les cookies de ce site dans les réglages de votre navigateur, puis réessayez.",
)
_TEXTS = {
    "path": _UNREADABLE_ADDRESS,
    "script_name": _UNREADABLE_ADDRESS,
    "query": _UNREADABLE_ADDRESS,
    "cookies": _TOO_MANY_COOKIES,
}


def gate_tween(handler: Handler, registry: Registry) -> Handler:
    """Return the gate in front of ``handler``."""
    settings = find(registry, FoundationSettings)
    known = hosts.known_hosts(settings)
    secure = settings.url.startswith("https://")

    def gate(request: PortalRequest) -> Response:
        began = perf_counter()
        request.id = proxy.request_id(request.environ, settings.trusted_proxies)
        with request_under_way(request.id):
            response = _refusal(request, known, settings)
            if response is None:
                # What the portal is reached by is a fact of the settings, never of a header.
                request.environ["wsgi.url_scheme"] = "https" if secure else "http"
                response = handler(request)
            headers.dress(request, response, secure=secure)
            log_request(request, response, perf_counter() - began)
        return response

    return gate


def _refusal(request: PortalRequest, known: frozenset[str], settings: FoundationSettings) -> Response | None:
    """Return the answer to a request that goes no further, ``None`` for one that does."""
    if not hosts.is_known(request, known):
        # CVE class « host header injection » (Zitadel GHSA-2wmj-46rj-qm2w): nothing is built from it, nothing served.
        _log(request, "host.unknown")
        return bare_response(request, 400, _NOT_OURS, home=settings.url)
    environ = request.environ
    try:
        check_head(environ)
        if "HTTP_COOKIE" in environ:
            environ["HTTP_COOKIE"] = readable_cookies(environ["HTTP_COOKIE"])
        length = content_length(environ)
        if length > settings.max_body_bytes:
            _log(request, "body.too_long")
            return error_response(request, 413)
        body = read_body(environ, length)
        check_body(environ, body)
    except BadRequest as bad:
        _log(request, bad.code)
        environ["HTTP_COOKIE"] = ""  # the error page reads them too, and these may be unreadable
        return error_response(request, 400, text=_TEXTS.get(bad.code.partition(".")[0], _UNREADABLE))
    return None


def _log(request: PortalRequest, code: str) -> None:
    """Write which check refused a request; the line names the reference that the answer carries too."""
    logger.warning("request refused: %s", code)

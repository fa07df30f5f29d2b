"""Error pages, for people in French and for machines as problem details (RFC 9457).

They touch neither database nor session. A host changes their look by overriding ``layout/templates/error.jinja2``;
a view for a more precise exception (« Accès refusé ») wins over these.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import escape
from pyramid.exceptions import BadCSRFToken, PredicateMismatch, URLDecodeError
from pyramid.httpexceptions import HTTPError, HTTPException
from pyramid.renderers import render
from pyramid.response import Response

from ...errors import CookiesNeeded, PortalError, TooManyAttempts
from ...pyramid_types import Configurator, PortalRequest
from ..database.availability import DATABASE_ERRORS, RETRY_AFTER, describe, is_unavailable, retry_after
from ..web.cookies import cookies_blocked
from ..web.csrf import same_origin
from ..web.methods import allowed_methods

logger = logging.getLogger(__name__)

TEMPLATE = "esea_auth_plugin:foundation/layout/templates/error.jinja2"


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What a status says to a person: what happened, and what to do next."""

    title: str
    text: str
    advice: str


TEXTS: Mapping[int, ErrorText] = {
    400: ErrorText(
        "Demande incomprise",
        "Le portail n'a pas pu lire votre demande.",
        "Revenez à la page précédente, rechargez-la et réessayez.",
    ),
    403: ErrorText(
        "Accès refusé",
        "Cette page ne vous est pas ouverte.",
        "Si vous pensez y avoir droit, contactez l'assistance.",
    ),
    404: ErrorText(
        "Page introuvable",
        "Cette page n'existe pas, ou elle n'existe plus.",
        "Vérifiez l'adresse saisie, ou repartez de l'accueil.",
    ),
    405: ErrorText(
        "Action impossible à cette adresse",
        "Cette adresse ne répond pas à ce genre de demande.",
        "Repartez de l'accueil et suivez les liens du portail.",
    ),
    413: ErrorText(
        "Envoi trop volumineux",
        "Ce que vous envoyez est trop grand.",
        "Raccourcissez votre texte, puis réessayez.",
    ),
    415: ErrorText(
        "Forme d'envoi non acceptée",
        "Cette page ne reçoit pas de fichiers.",
        "Revenez à la page précédente, rechargez-la et réessayez.",
    ),
    429: ErrorText(
        "Trop de tentatives",
        "Pour protéger les comptes, le portail limite le nombre d'essais.",
        "Patientez avant de réessayer.",
    ),
    500: ErrorText(
        "Le portail a rencontré un problème",
        "L'incident vient de chez nous et il est enregistré. Votre dernière action n'a pas été prise en compte.",
        "Réessayez dans quelques minutes. Si le problème continue, communiquez à l'assistance la référence ci-dessous.",
    ),
    503: ErrorText(
        "Portail momentanément indisponible",
        "Un composant du portail ne répond pas. Votre dernière action n'a pas été prise en compte.",
        "Réessayez dans quelques minutes.",
    ),
}

_STALE_FORM = ErrorText(
    "Ce formulaire n'est plus valable",
    "La page est restée ouverte trop longtemps, ou vous avez changé de session entre-temps. Rien n'a été envoyé.",
    "Revenez à la page précédente, rechargez-la et envoyez à nouveau.",
)
_COOKIES_FOR_A_FORM = ErrorText(
    "Cookies nécessaires",
    "Le portail a besoin de cookies pour protéger ce formulaire, et votre navigateur n'en a envoyé aucun. Rien n'a été "
    "envoyé. Aucun cookie du portail ne sert à vous suivre.",
    "Autorisez les cookies de ce site dans les réglages de votre navigateur, puis revenez à la page précédente, "
    "rechargez-la et envoyez à nouveau. Si vous venez de rouvrir votre navigateur, il suffit de recharger la page.",
)
_COOKIES_ADVICE = (
    "Autorisez les cookies de ce site dans les réglages de votre navigateur, puis rouvrez le lien du courriel."
)


def error_response(request: PortalRequest, status: int, *, text: ErrorText | None = None, code: str = "") -> Response:
    """Return the error page of this status, or its problem details when a machine asks."""
    shown = text or TEXTS.get(status) or TEXTS[500 if status >= 500 else 400]
    reference = str(getattr(request, "id", ""))
    if wants_problem(request):
        return _problem(status, shown, code, reference)
    return Response(_html(request, status, shown, reference), status=status, content_type="text/html", charset="utf-8")


def bare_response(request: PortalRequest, status: int, text: ErrorText, *, home: str = "/") -> Response:
    """Return an error page that needs nothing else of the portal: no template, no style sheet."""
    if wants_problem(request):
        return _problem(status, text, "", str(getattr(request, "id", "")))
    return Response(_bare(text, home), status=status, content_type="text/html", charset="utf-8")


def _problem(status: int, shown: ErrorText, code: str, reference: str) -> Response:
    body = {"type": "about:blank", "title": shown.title, "status": status, "detail": shown.text}
    if code:
        body["code"] = code
    if reference:
        body["instance"] = f"urn:request:{reference}"
    return Response(
        json.dumps(body, ensure_ascii=False).encode(), status=status, content_type="application/problem+json"
    )


def wants_problem(request: PortalRequest) -> bool:
    """Tell whether the caller prefers JSON. Browsers and ``*/*`` get the page."""
    offers = ["text/html", "application/problem+json", "application/json"]
    accepted = request.accept.acceptable_offers(offers)
    return bool(accepted) and accepted[0][0] != "text/html"


def _html(request: PortalRequest, status: int, shown: ErrorText, reference: str) -> str:
    request.shows_error = True  # the gate's own refusals come before anything was raised
    try:
        return str(render(TEMPLATE, {"status": status, "error": shown, "reference": reference}, request=request))
    except Exception:  # a host's broken layout must not hide the error behind another
        logger.exception("the error page itself failed")
        return _bare(shown, "/")


def _bare(shown: ErrorText, home: str) -> str:
    title = escape(shown.title)
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"></head><body><main><h1>{title}</h1><p>{escape(shown.text)}</p>'
        f'<p>{escape(shown.advice)}</p><p><a href="{escape(home)}">Accueil du portail</a></p></main></body></html>'
    )


def http_error(error: HTTPException, request: PortalRequest) -> Response:
    """Exception view of Pyramid's HTTP errors; headers such as ``Allow`` and ``Retry-After`` are kept."""
    methods = allowed_methods(request) if isinstance(error, PredicateMismatch) else ()
    if methods:
        response = error_response(request, 405)
        response.headers["Allow"] = ", ".join(methods)
        return response
    response = error_response(request, error.status_int)
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in error.headers:
            response.headers[name] = error.headers[name]
    return response


def stale_form(error: object, request: PortalRequest) -> Response:
    """Exception view of a CSRF refusal. Browsers keep cookies from a form of another site: there it proves nothing."""
    if cookies_blocked(request) and same_origin(request):
        return error_response(request, 400, text=_COOKIES_FOR_A_FORM, code=CookiesNeeded.code)
    return error_response(request, 400, text=_STALE_FORM, code="portal.stale_form")


def unreadable_address(error: object, request: PortalRequest) -> Response:
    """Exception view of an address that isn't UTF-8."""
    return error_response(request, 400)


def cookies_needed(error: CookiesNeeded, request: PortalRequest) -> Response:
    """Exception view of a mailed link that a browser without cookies opens."""
    text = ErrorText(_COOKIES_FOR_A_FORM.title, error.message, _COOKIES_ADVICE)
    return error_response(request, error.status, text=text, code=error.code)


def portal_error(error: PortalError, request: PortalRequest) -> Response:
    """Exception view of what a package refuses and nobody showed beside a field."""
    usual = TEXTS.get(error.status, TEXTS[400])
    response = error_response(
        request, error.status, text=ErrorText(usual.title, error.message, usual.advice), code=error.code
    )
    if error.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def database_away(error: Exception, request: PortalRequest) -> Response:
    """Exception view of a database that can't work now: one line in the log. Its mistakes in statements are ours."""
    if not is_unavailable(error):
        return unexpected(error, request)
    if not getattr(request, "told_database_away", False):  # the same outage, met again while the request ends
        request.told_database_away = True
        logger.error("database unavailable: %s", describe(error))
    response = error_response(request, 503, code="portal.unavailable")
    response.headers["Retry-After"] = str(retry_after(error))
    return response


def unexpected(error: Exception, request: PortalRequest) -> Response:
    """Exception view of everything else."""
    logger.error("unexpected error", exc_info=error)
    return error_response(request, 500, code="portal.unexpected")


def includeme(config: Configurator) -> None:
    """Wire the views."""
    for context, view in (
        (HTTPError, http_error),
        (BadCSRFToken, stale_form),
        (URLDecodeError, unreadable_address),
        (CookiesNeeded, cookies_needed),
        (PortalError, portal_error),
        *((kind, database_away) for kind in DATABASE_ERRORS),
        (Exception, unexpected),
    ):
        config.add_exception_view(view, context=context)

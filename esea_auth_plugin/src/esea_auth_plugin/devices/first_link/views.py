"""« Ce que vous gardez » : one page, one click, after the first link of an account."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ...auth_modes.registry import modes_of
from ...interfaces import ISessions
from ...services import find
from ...sign_in.returning import let_form_end_at, local_path
from .models import FirstLinkRow
from .resources import IFirstLinkPlace
from .service import AlreadyAnswered, FirstLinks

_PAGE = "esea_auth_plugin:devices/first_link/templates/first_link.jinja2"
_ELSEWHERE = "/compte"
#: A form that waits to be sent again since its session ended.
_PARKED = "/connexion/reprise"
_SERVICES = "/services/"


@view_config(context=IFirstLinkPlace, request_method="GET", permission="esea.account.view", renderer=_PAGE)
def ask(context: Any, request: Any) -> Any:
    """List what the account had; each is kept or removed."""
    back = _back(request.GET.get("retour", ""))
    row = _pending(request)
    if row is None:
        return HTTPSeeOther(back or _ELSEWHERE)
    if back.startswith(_SERVICES):
        let_form_end_at(request, back.removeprefix(_SERVICES).partition("/")[0])
    mode = modes_of(request).get(row.mode)
    return {
        "items": find(request, FirstLinks).items(request.dbsession, row),
        "what": mode.title if mode is not None else "Votre identité professionnelle",
        "both_proven": row.both_proven,
        "back": back,
    }


@view_config(context=IFirstLinkPlace, request_method="POST", permission="esea.account.change")
def answered(context: Any, request: Any) -> HTTPSeeOther:
    """Keep what is ticked, end the rest."""
    back = _back(request.POST.get("retour", "")) or _ELSEWHERE
    row = _pending(request)
    if row is None:
        request.flash("Vous avez déjà répondu, ou cette question n’est plus posée.", "info")
        return HTTPSeeOther(back)
    wanted = frozenset(value[:400] for value in request.POST.getall("garder") if isinstance(value, str))
    try:
        kept, removed = find(request, FirstLinks).answer(request.dbsession, row, wanted, address=request.client_address)
    except AlreadyAnswered as error:
        request.flash(error.message, "info")
        return HTTPSeeOther(back)
    told = [("Gardé", kept), ("Retiré", removed)]
    request.flash(". ".join(f"{word} : {', '.join(titles)}" for word, titles in told if titles) + ".", "success")
    return HTTPSeeOther(back)


def _back(text: Any) -> str:
    return text if text == _PARKED else local_path(text if isinstance(text, str) else "")


def _pending(request: Any) -> FirstLinkRow | None:
    view = find(request, ISessions).current(request)
    return find(request, FirstLinks).pending(request.dbsession, request.identity.subject, view)

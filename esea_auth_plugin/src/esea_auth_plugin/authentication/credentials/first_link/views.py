"""« Ce que vous gardez »: keep everything in one click, choose, or answer later, after the first link of an account."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ....foundation.web.return_paths import let_form_end_at, local_path
from ....interfaces import ISessions
from ....pyramid_types import PortalRequest, ViewResult, current_identity
from ....services import find
from ...registry import modes_of
from .models import FirstLinkRow
from .resources import PATH, FirstLinkResource
from .service import MAILBOX, TOLD, AlreadyAnswered, FirstLinks

_PAGE = "esea_auth_plugin:authentication/credentials/first_link/templates/first_link.jinja2"
_ELSEWHERE = "/compte"
#: A form that waits to be sent again since its session ended.
_SAVED = "/connexion/reprise"
_SERVICES = "/services/"


@view_config(context=FirstLinkResource, request_method="GET", permission="esea.account.view", renderer=_PAGE)
def ask(context: FirstLinkResource, request: PortalRequest) -> ViewResult:
    """List what the account had, with the possible answers; ``choisir``: each line is kept or removed.

    Keeping everything posts the lines of this very page: what its person did not read is not kept.
    """
    back = _back(request.GET.get("retour", ""))
    row = _pending(request)
    if row is None:
        return HTTPSeeOther(back or _ELSEWHERE)
    if back.startswith(_SERVICES):
        let_form_end_at(request, back.removeprefix(_SERVICES).partition("/")[0])
    mode = modes_of(request).get(row.mode)
    items = find(request, FirstLinks).items(request.dbsession, row)
    return {
        "items": items,
        "choosing": "choisir" in request.GET,
        "choose": f"{PATH}?{urlencode({'choisir': 'oui', 'retour': back})}",
        "later": back or _ELSEWHERE,
        # An impostor's browser was known to the account, the owner's was not.
        "unknown_browser": not row.both_proven and not row.browser_known,
        "doubtful": any(item.concern for item in items),
        "what": mode.title if mode is not None else "Votre identité professionnelle",
        "both_proven": row.both_proven,
        "back": back,
    }


@view_config(context=FirstLinkResource, request_method="POST", permission="esea.account.change")
def answered(context: FirstLinkResource, request: PortalRequest) -> HTTPSeeOther:
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
    request.flash(*_outcome(kept, removed))
    return HTTPSeeOther(back)


def _outcome(kept: Sequence[str], removed: Sequence[str]) -> tuple[str, str]:
    """Return what was done, and the kind of its message: a removal is followed by something to do."""
    told = [("Gardé", kept), ("Retiré", removed)]
    sentence = ". ".join(f"{word} : {', '.join(titles)}" for word, titles in told if titles) + "."
    if not removed:
        return sentence, "success"
    if TOLD[MAILBOX] in removed:
        # First, since a message is cut after 400 characters.
        return f"Confirmez une adresse dans « Mon compte » : sans elle, ni code ni alerte. {sentence}", "warning"
    return f"{sentence} Vous pouvez l’ajouter de nouveau dans « Mon compte ».", "warning"


def first_link_page(request: PortalRequest) -> str | None:
    """``request.first_link_page``: where « Mon compte » leads to a question left unanswered; one query without one."""
    if current_identity(request) is None:
        return None
    view = find(request, ISessions).current(request)
    return find(request, FirstLinks).page_for(request.dbsession, request.identity.subject, view)


def _back(text: object) -> str:
    return text if text == _SAVED else local_path(text if isinstance(text, str) else "")


def _pending(request: PortalRequest) -> FirstLinkRow | None:
    view = find(request, ISessions).current(request)
    return find(request, FirstLinks).pending(request.dbsession, request.identity.subject, view)

"""After the steps: waiting page, follow-up, a draft that fell silent, a draft that is cleared."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...foundation.database import IDatabase
from ...foundation.forms import Invalid, PortalForm
from ...interfaces import IReviews
from ...pyramid_types import PortalRequest, ViewResult
from ...services import find
from ...settings import AuthSettings
from .. import limits
from ..drafts import Drafts
from ..flow import AGAIN, PATHS, current_draft, forget, next_path
from ..forms import EmailAgainSchema, FollowSchema
from ..requests import SignUps
from ..resources import SignUpResource

_TEMPLATES = "esea_auth_plugin:sign_up/templates"
_WRONG_PAIR = "Aucune demande ne correspond à cette référence et à ce code. Vérifiez le courriel d’accusé de réception."


@view_config(
    context=SignUpResource,
    name="attente",
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/waiting.jinja2",
)
def waiting_page(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """« Votre demande est en attente »: known only to the browser that sent it, for two hours."""
    draft = current_draft(request)
    if draft is None or draft.sent_as is None:
        return HTTPSeeOther(next_path(draft.done) if draft else PATHS[0])
    with find(request, IDatabase).reading() as session:
        review = find(request, IReviews).get(session, draft.sent_as)
    if review is None:
        return HTTPSeeOther(PATHS[0])
    return {"review": review, "token_days": find(request, AuthSettings).confirmation_token_days}


@view_config(
    context=SignUpResource,
    name="reprise",
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/again.jinja2",
)
def again_page(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """Ask for the e-mail typed, after a silence on what may be a shared workstation."""
    draft = current_draft(request)
    if draft is None or not draft.idle:
        return HTTPSeeOther(PATHS[0] if draft is None else next_path(draft.done))
    return {"form": _again_form(request).render()}


@view_config(
    context=SignUpResource,
    name="reprise",
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/again.jinja2",
)
def again_given(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """Wake the draft for who knows its e-mail; nothing of it is shown before."""
    draft = current_draft(request)
    if draft is None or not draft.idle:
        return HTTPSeeOther(AGAIN)
    form = _again_form(request)
    counted = limits.email_again(request, draft.id)
    try:
        values = form.validate()
        if not draft.answers.is_email(values["email"]):
            message = "Ce n’est pas l’adresse saisie à l’étape 2. Si cette inscription n’est pas la vôtre, effacez-la."
            raise form.refuse({"email": message})
    except Invalid as invalid:
        return {"form": invalid.form_html}
    counted.give_back()
    Drafts(request.registry).wake(request.dbsession, draft.id)
    return HTTPSeeOther(_last_page(draft.answers.pending, draft.done))


def _last_page(pending: Any, done: int) -> str:
    """Return the page where something typed waits, else the next step."""
    return next((path for path in PATHS if path in pending), next_path(done))


def _again_form(request: PortalRequest) -> PortalForm:
    return PortalForm(EmailAgainSchema(), request, submit=(("reprendre", "Reprendre mon inscription"),))


@view_config(context=SignUpResource, name="effacer", request_method="POST", permission=NO_PERMISSION_REQUIRED)
def cleared(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """« Effacer et recommencer »."""
    draft = current_draft(request)
    if draft is not None and draft.sent_as is None:
        Drafts(request.registry).clear(request.dbsession, draft.id)
    forget(request)
    request.flash("Vos réponses ont été effacées de ce portail.", "success")
    return HTTPSeeOther(PATHS[0])


@view_config(
    context=SignUpResource,
    name="suivi",
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/follow.jinja2",
)
def follow_page(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """« Où en est ma demande »."""
    return {"form": _follow_form(request).render(), "review": None}


@view_config(
    context=SignUpResource,
    name="suivi",
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/follow.jinja2",
)
def followed(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """Show state and dates only; any wrong pair gets one answer."""
    form = _follow_form(request)
    counted = limits.from_here(request, limits.FOLLOW)
    try:
        values = form.validate()
        with find(request, IDatabase).reading() as session:
            found = SignUps(request.registry).follow(session, values["reference"], values["code"])
        if found is None:
            raise form.refuse(_WRONG_PAIR)
    except Invalid as invalid:
        return {"form": invalid.form_html, "review": None}
    counted.give_back()
    return {"form": None, "review": found[0]}


def _follow_form(request: PortalRequest) -> PortalForm:
    return PortalForm(FollowSchema(), request, submit=(("voir", "Voir où en est ma demande"),), autocomplete="off")

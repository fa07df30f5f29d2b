"""A sign-up from a proven identity: its beginning, and the code that proves the address on the way."""

from __future__ import annotations

from dataclasses import replace

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...errors import TooManyAttempts
from ...foundation.database import IDatabase
from ...foundation.forms import Invalid, PortalForm
from ...interfaces import ICatalogue, IMailedCodes, IPendingIdentities
from ...normalise.emails import normalise_email
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult, current_identity
from ...services import find
from .. import limits
from ..drafts import Draft, Drafts
from ..flow import BACK, MAILBOX, NEXT, PATHS, current_draft, may_not_open, next_path, remember, step_of
from ..forms import MailboxSchema
from ..proven import answers_from, code_name
from ..resources import SignUpResource

_PAGE = "esea_auth_plugin:sign_up/templates/mailbox.jinja2"
_ABOUT = "Inscription au portail"
_SEND = "envoyer"
_MESSAGES = {
    "wrong": "Ce code n’est pas le bon. Recopiez les six chiffres du dernier courriel reçu.",
    "expired": "Ce code a expiré : il valait 10 minutes. Demandez-en un autre.",
    "exhausted": "Cinq essais ont été faits. Effacez cette inscription et recommencez, ou appelez le support.",
}


@view_config(context=SignUpResource, name="identite", request_method="POST", permission=NO_PERMISSION_REQUIRED)
def begun(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """Begin a sign-up from what this browser has just shown; a draft that was under way here is erased."""
    if current_identity(request) is not None:
        return HTTPSeeOther("/compte")
    limits.from_here(request, limits.START)
    former = current_draft(request)
    pending = find(request, IPendingIdentities).take(request, request.dbsession)
    if pending is None:
        request.flash("Ce qui avait été lu n’est plus disponible : recommencez la lecture.", "warning")
        return HTTPSeeOther(PATHS[0])
    drafts, catalogue = Drafts(request.registry), find(request, ICatalogue)
    if former is not None and former.sent_as is None:
        drafts.clear(request.dbsession, former.id)
    asked = catalogue.get(pending.service)
    slugs = (asked.slug,) if asked is not None and asked in catalogue.all() else ()
    _, secret = drafts.start(request.dbsession, answers_from(pending, slugs), done=1)
    remember(request, secret)
    return HTTPSeeOther(PATHS[1])


def _form(request: PortalRequest) -> PortalForm:
    return PortalForm(MailboxSchema(), request, submit=(NEXT, BACK))


def _draft(request: PortalRequest) -> tuple[Draft | None, str]:
    """Return the draft whose address is to be proven, or where to go instead."""
    draft = current_draft(request)
    elsewhere = may_not_open(draft, 2)
    if draft is None or elsewhere is not None:
        return None, elsewhere or PATHS[0]
    if draft.done < 2 or draft.answers.proven is None:
        return None, next_path(draft.done)
    return (None, PATHS[2]) if draft.answers.email_is_confirmed else (draft, "")


def _shown(request: PortalRequest, draft: Draft, form_html: object) -> TemplateValues:
    with find(request, IDatabase).reading() as session:
        sent = find(request, IMailedCodes).sent(session, code_name(draft.id, draft.answers.email))
    return {**step_of(request, 2), "email": draft.answers.email, "sent": sent, "form": form_html}


@view_config(
    context=SignUpResource, name="courriel", request_method="GET", permission=NO_PERMISSION_REQUIRED, renderer=_PAGE
)
def mailbox_page(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """Ask for the code, or offer to send it."""
    draft, elsewhere = _draft(request)
    if draft is None:
        return HTTPSeeOther(elsewhere)
    return _shown(request, draft, _form(request).render())


@view_config(
    context=SignUpResource, name="courriel", request_method="POST", permission=NO_PERMISSION_REQUIRED, renderer=_PAGE
)
def code_given(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """Send a code, or check the one that came back."""
    draft, elsewhere = _draft(request)
    if draft is None:
        return HTTPSeeOther(elsewhere)
    form = _form(request)
    if form.pressed == BACK.name:
        return HTTPSeeOther(PATHS[1])
    if _SEND in request.POST:
        return _send(request, draft)
    try:
        limits.code_tried(request, draft.id)
        typed = form.validate()["code"]
        name = code_name(draft.id, draft.answers.email)
        verdict = find(request, IMailedCodes).check(request.dbsession, name, typed)
        if verdict != "right":
            raise form.refuse({"code": _MESSAGES[verdict]})
    except TooManyAttempts as error:
        return _shown(request, draft, form.refuse({"code": error.message}).form_html)
    except Invalid as invalid:
        return _shown(request, draft, invalid.form_html)
    answers = replace(draft.answers, email_confirmed=normalise_email(draft.answers.email))
    Drafts(request.registry).save(request.dbsession, draft.id, answers, done=draft.done)
    return HTTPSeeOther(next_path(draft.done, 2))


def _send(request: PortalRequest, draft: Draft) -> ViewResult:
    """Mail a code: the same email whether an account has the address or not."""
    try:
        limits.code_sent(request, draft.answers.email)
    except TooManyAttempts as error:
        request.flash(error.message, "warning")
        return HTTPSeeOther(MAILBOX)
    name = code_name(draft.id, draft.answers.email)
    if find(request, IMailedCodes).send(request.dbsession, name, email=draft.answers.email, about=_ABOUT):
        request.flash(f"Un code à six chiffres est parti vers {draft.answers.email}.")
    else:
        request.flash("Un code est parti il y a moins d’une minute. Patientez un peu.", "warning")
    return HTTPSeeOther(MAILBOX)

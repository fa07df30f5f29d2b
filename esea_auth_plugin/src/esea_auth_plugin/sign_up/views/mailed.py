"""The mailed link that opens the filled form again: to complete the sign-up, or to make a new one after a refusal."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config
from sqlalchemy.orm import Session

from ...errors import PortalError
from ...foundation.database import IDatabase
from ...foundation.forms import Button, Invalid, PortalForm
from ...foundation.reviews.answering import answer_form
from ...foundation.reviews.history import last_question
from ...interfaces import ReviewView
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from .. import limits
from ..drafts import Drafts
from ..flow import PATHS, remember
from ..requests import SignUps
from ..resources import Resumption
from ..resumption import Resumable, open_again, resumable

_TEMPLATES = "esea_auth_plugin:sign_up/templates"
CHANGE = "modifier"


@view_config(
    context=Resumption,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/resume.jinja2",
)
def resumption_page(context: Resumption, request: PortalRequest) -> ViewResult:
    """« Compléter ma demande » or « Faire une nouvelle demande »; nothing typed is shown before the button."""
    with find(request, IDatabase).reading() as session:
        found = resumable(request, session, context.secret)
        question = _question(request, session, found)
    context.gone_unless(found)
    return _page(found, question, _form(request).render() if question else None)


def _page(
    found: Resumable | None, question: str, form_html: object, answered: ReviewView | None = None
) -> TemplateValues:
    return {"found": found, "question": question, "form": form_html, "answered": answered}


@view_config(
    context=Resumption,
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/resume.jinja2",
)
def resumed(context: Resumption, request: PortalRequest) -> ViewResult:
    """Take the answer to the reviewer's question, or make a draft of the filled form, in this browser."""
    limits.from_here(request, limits.MAILED)
    session = request.dbsession
    found = resumable(request, session, context.secret)
    if found is None:
        return HTTPSeeOther(context.path)
    form = _form(request)
    if found.more_asked and form.pressed != CHANGE:
        return _answered(context, request, found, form)
    answers, done, completes = open_again(request, session, found)
    if found.more_asked:
        answers = answers.keeping(PATHS[-1], form.typed())
    _, secret = Drafts(request.registry).start(session, answers, done=done, completes=completes)
    remember(request, secret)
    return HTTPSeeOther(PATHS[done] if found.more_asked else PATHS[1])


def _form(request: PortalRequest) -> PortalForm:
    return answer_form(request, others=(Button(CHANGE, "Modifier mes réponses", "quiet"),))


def _question(request: PortalRequest, session: Session, found: Resumable | None) -> str:
    return last_question(request, session, found.sign_up_id) if found is not None and found.more_asked else ""


def _answered(context: Resumption, request: PortalRequest, found: Resumable, form: PortalForm) -> ViewResult:
    session = request.dbsession
    try:
        text = form.validate()["answer"]
        try:
            with session.begin_nested():
                review = SignUps(request.registry).answer(session, found.sign_up_id, text)
        except PortalError as refused:
            raise form.refuse(refused.message) from refused
    except Invalid as invalid:
        return _page(found, _question(request, session, found), invalid.form_html)
    context.forget()
    return _page(None, "", None, review)

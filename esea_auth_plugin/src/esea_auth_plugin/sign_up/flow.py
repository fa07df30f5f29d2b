"""The wizard's way: which draft this browser has, which page it may open, and what the steps are called.

Every page asks here first, by the draft's own count of steps done: no page trusts another page's flag
(threat-model.md rows 5 and 6).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther

from ..foundation.database import IDatabase
from ..foundation.forms import Button, PortalForm
from ..foundation.web.cookies import drop_cookie, read_cookie, set_cookie
from ..pyramid_types import JsonObject, PortalRequest, TemplateValues, View, ViewResult, current_identity
from ..services import find
from ..settings import AuthSettings
from .answers import Answers
from .drafts import TTL, Draft, Drafts

COOKIE = "inscription"
STEPS = ("Carte CPS", "Données personnelles", "Choix de votre identifiant", "Adhésion")
#: The four steps, then the page that shows all answers before they are sent.
PATHS = (
    "/inscription",
    "/inscription/donnees",
    "/inscription/identifiant",
    "/inscription/adhesion",
    "/inscription/verification",
)
NEXT, BACK = Button("suivant", "Suivant"), Button("precedent", "Précédent", "quiet")
WAITING, AGAIN = "/inscription/attente", "/inscription/reprise"
MAILBOX = "/inscription/courriel"

FormOf = Callable[[PortalRequest, Draft], PortalForm]
StepView = Callable[[PortalRequest, Draft, PortalForm], ViewResult]


def current_draft(request: PortalRequest) -> Draft | None:
    """Return this browser's live draft, read in a short transaction of its own."""
    with find(request, IDatabase).reading() as session:
        return Drafts(request.registry).find(session, read_cookie(request, COOKIE))


def remember(request: PortalRequest, secret: str) -> None:
    """Give the browser the secret of its draft."""
    set_cookie(request, COOKIE, secret, max_age=TTL)


def forget(request: PortalRequest) -> None:
    """Take the secret back."""
    drop_cookie(request, COOKIE)


def step_of(request: PortalRequest, number: int) -> TemplateValues:
    """Return what the step's template shows of the way, and of the data's life (art. 13)."""
    return {
        "steps": STEPS,
        "number": number,
        "page_title": f"Inscription > Étape {number}/4 : {STEPS[number - 1]}",
        "kept_days": find(request, AuthSettings).refused_sign_up_days,
    }


def next_path(done: int, after: int = 0) -> str:
    """Return the page that follows. :param done: steps accepted. :param after: the step that was just answered.

    An answer that was changed from the last page leads back there.
    """
    return PATHS[done if done >= len(STEPS) or not after else after]


def save_step(request: PortalRequest, draft: Draft, answers: Answers, number: int) -> int:
    """Keep the answers of a step; return how many steps are done with them.

    A new name or address asks for the password again, and a new version of the CGU for its acceptance.
    """
    done = max(number, draft.done)
    if done > 2 and not (answers.password_hash or (answers.proven is not None and answers.identifier)):
        done = 2
    elif done > 2 and answers.terms == request.portal.terms_version:
        done = len(STEPS)
    elif done > 3:
        done = 3
    kept = answers.keeping(PATHS[number - 1], None)
    Drafts(request.registry).save(request.dbsession, draft.id, kept, done=done)
    return done


def may_not_open(draft: Draft | None, number: int) -> str | None:
    """Return where to go instead of step ``number``, ``None`` when it may be opened."""
    if draft is None:
        return PATHS[0]
    if draft.sent_as is not None:
        return WAITING
    if draft.idle:
        return AGAIN
    if number > draft.done + 1:
        return next_path(draft.done)
    if number > 2 and draft.answers.proven is not None and not draft.answers.email_is_confirmed:
        return MAILBOX
    return None


def at_step(number: int, form_of: FormOf) -> Callable[[StepView], View]:
    """Decorate a step's view, which then gets (request, draft, form): it runs only when the step may be opened.

    What is posted to a draft that fell silent is kept, unchecked, and shown once the e-mail is typed again.
    """

    def decorate(view: StepView) -> View:
        @wraps(view)
        def guarded(context: object, request: PortalRequest) -> ViewResult:
            if current_identity(request) is not None:
                return HTTPSeeOther("/compte")
            draft = current_draft(request)
            elsewhere = may_not_open(draft, number)
            if elsewhere is None and draft is not None:
                return view(request, draft, form_of(request, draft))
            if request.method == "POST" and draft is not None and elsewhere == AGAIN and number <= draft.done + 1:
                typed = form_of(request, draft).typed()
                Drafts(request.registry).keep_aside(request.dbsession, draft, PATHS[number - 1], typed)
            return HTTPSeeOther(elsewhere or PATHS[0])

        return guarded

    return decorate


def shown(form: PortalForm, draft: Draft, number: int, values: JsonObject) -> Any:
    """Return the form's HTML: what was typed last on this page, right or not, else the accepted answers."""
    typed = draft.answers.pending.get(PATHS[number - 1])
    return form.show_typed(typed) if typed is not None else form.render(values)


def go_back(request: PortalRequest, draft: Draft, form: PortalForm, number: int) -> HTTPSeeOther:
    """« Précédent »: keep what is typed, right or not, and open the step before."""
    kept = draft.answers.keeping(PATHS[number - 1], form.typed())
    Drafts(request.registry).save(request.dbsession, draft.id, kept, done=draft.done)
    return HTTPSeeOther(PATHS[number - 2])

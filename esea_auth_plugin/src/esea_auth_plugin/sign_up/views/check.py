"""« Vérifiez vos réponses »: all answers, each part with its « Modifier », and the button that sends them."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...accounts.attributes import KINDS, as_read
from ...errors import TooManyAttempts
from ...foundation.database import IDatabase
from ...foundation.forms import Button, Invalid, PortalForm, ruled_schema
from ...foundation.reviews.answering import answer_schema
from ...foundation.reviews.history import last_question
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import find
from .. import limits
from ..answers import Answers
from ..drafts import Draft
from ..flow import BACK, PATHS, STEPS, WAITING, at_step, go_back, step_of
from ..flow import shown as shown_form
from ..forms import PERSONAL_GROUPS
from ..proven import PROVEN_WORDS, rows_of
from ..requests import NoLongerYours, SignUps
from ..resources import SignUpResource

_TEMPLATE = "esea_auth_plugin:sign_up/templates/check.jinja2"
_CHECK = len(STEPS) + 1
SEND = "envoyer"
_NOT_MAILED = (
    "Plusieurs courriels sont déjà partis vers cette adresse : votre demande est bien enregistrée, mais sans nouvel "
    "accusé de réception. Notez sa référence."
)
_TOO_MANY = "Trois demandes au plus peuvent être faites en trente jours avec une même adresse : écrivez au support."


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the answers. ``path``: where it is changed, ``""`` for what is proven."""

    title: str
    rows: list[tuple[str, str]]
    path: str = ""


def _form(request: PortalRequest, draft: Draft) -> PortalForm:
    submit = (Button(SEND, "Envoyer ma demande"), BACK)
    if draft.completes is None:
        return PortalForm(ruled_schema([]), request, submit=submit)
    return PortalForm(answer_schema(required=False), request, submit=submit)  # the changes may say it all


def _page(request: PortalRequest, draft: Draft, form_html: object) -> TemplateValues:
    return {
        **step_of(request, len(STEPS)),
        "page_title": "Inscription > Vérifiez vos réponses",
        "number": _CHECK,
        "parts": _parts(request, draft.answers),
        "question": _question(request, draft),
        "form": form_html,
    }


def _question(request: PortalRequest, draft: Draft) -> str:
    """Return what the reviewer asks who completes a sign-up, ``""`` for a new one."""
    if draft.completes is None:
        return ""
    with find(request, IDatabase).reading() as session:
        return last_question(request, session, draft.completes)


def _parts(request: PortalRequest, answers: Answers) -> list[Part]:
    proven = answers.proven_attributes
    parts = []
    if answers.proven is not None:
        parts.append(Part(PROVEN_WORDS.get(answers.proven.origin, "Prouvé").capitalize(), rows_of(proven)))
    parts_of_step_2: list[Part] = []
    for group in PERSONAL_GROUPS:
        rows = [
            (KINDS[name].label if name in KINDS else "Email", as_read(name, value))
            for name in group.names
            if name not in proven and (value := answers.personal.get(name, ""))
        ]
        # Changed by the first field of the part.
        first = next((name for name in group.names if name not in proven), "")
        title = group.title if parts_of_step_2 else STEPS[1]
        parts_of_step_2.append(Part(title, rows, f"{PATHS[1]}#champ-{first}"))
    parts.extend(parts_of_step_2)
    password = "Choisi" if answers.password_hash else "Aucun : vous vous connecterez avec ce qui prouve votre identité"
    parts.append(Part(STEPS[2], [("Identifiant", answers.identifier), ("Mot de passe", password)], PATHS[2]))
    services = SignUps(request.registry).service_titles(answers.services)
    adhesion = [("Services demandés", ", ".join(services) or "Aucun"), ("Motif de l’inscription", answers.motive)]
    terms = f"Version {answers.terms}, acceptée"
    parts.append(Part(STEPS[3], [*adhesion, ("Conditions d’Utilisation", terms)], PATHS[3]))
    return [part for part in parts if part.rows]


@view_config(
    context=SignUpResource,
    name="verification",
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=_TEMPLATE,
)
@at_step(_CHECK, _form)
def check_page(request: PortalRequest, draft: Draft, form: PortalForm) -> ViewResult:
    """Show the answers."""
    if draft.answers.terms != request.portal.terms_version:
        return HTTPSeeOther(PATHS[3])  # another version of the CGU since step 4
    return _page(request, draft, shown_form(form, draft, _CHECK, {}))


@view_config(
    context=SignUpResource,
    name="verification",
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer=_TEMPLATE,
)
@at_step(_CHECK, _form)
def request_sent(request: PortalRequest, draft: Draft, form: PortalForm) -> ViewResult:
    """Send the request, once."""
    if form.pressed == BACK.name:
        return go_back(request, draft, form, _CHECK)
    if draft.answers.terms != request.portal.terms_version:
        return HTTPSeeOther(PATHS[3])
    if form.pressed != SEND:
        return _page(request, draft, form.render())
    try:
        answer = form.validate().get("answer", "")
        mailed = _count(request, draft, form)
    except Invalid as invalid:
        return _page(request, draft, invalid.form_html)
    try:
        SignUps(request.registry).send(request.dbsession, draft, mailed=mailed, answer=answer)
    except NoLongerYours as lost:
        # Nothing of the try may stay; the answer is a page all the same.
        request.tm.doom()
        request.flash(lost.message, "warning")
        return HTTPSeeOther(PATHS[2])
    if not mailed:
        request.flash(_NOT_MAILED, "warning")
    return HTTPSeeOther(WAITING)


def _count(request: PortalRequest, draft: Draft, form: PortalForm) -> bool:
    """Count the request; tell whether its acknowledgement may be mailed."""
    limits.from_here(request, limits.SEND)
    if draft.completes is not None:
        return True
    if not draft.answers.mailbox_is_proven:
        return limits.may_acknowledge(request, draft.answers.email)
    try:
        limits.sent_by(request, draft.answers.email)
    except TooManyAttempts as refused:
        raise form.refuse(_TOO_MANY) from refused
    return True

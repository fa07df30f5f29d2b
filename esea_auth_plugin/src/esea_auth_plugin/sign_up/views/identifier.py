"""Step 3, « Choix de votre identifiant »: the identifier, checked as one types, and the password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...accounts import identifiers
from ...accounts.names import identifier_is_well_formed, normalise_identifier
from ...errors import PortalError
from ...foundation.database import IDatabase
from ...foundation.forms import Invalid, PortalForm
from ...foundation.security import password_policy
from ...interfaces import IPasswords, ISealer
from ...pyramid_types import Json, JsonObject, PortalRequest, ViewResult
from ...services import current_time, find
from .. import limits
from ..answers import Answers
from ..drafts import Draft, Drafts
from ..flow import (
    BACK,
    NEXT,
    PATHS,
    at_step,
    current_draft,
    go_back,
    may_not_open,
    next_path,
    save_step,
    shown,
    step_of,
)
from ..forms import identifier_schema
from ..resources import SignUpResource

_TEMPLATE = "esea_auth_plugin:sign_up/templates/identifier.jinja2"
_TAKEN = "Cet identifiant n’est pas disponible : choisissez-en un autre, ou recopiez celui qui est proposé."
_NOT_FREE = "Cet identifiant n’est pas disponible."
_AGAIN = "Saisissez de nouveau votre mot de passe : il ne doit pas contenir le nouvel identifiant."


class BadCheck(PortalError):
    """The body is not what the page's own script sends."""

    code = "sign_up.bad_identifier_check"


def _identifier_form(request: PortalRequest, draft: Draft) -> PortalForm:
    def free(values: Json) -> Mapping[str, str]:
        identifier = normalise_identifier(values.get("identifier", ""))
        return {"identifier": _TAKEN} if identifier and not _is_free(request, draft, identifier) else {}

    def strong(values: Json) -> Mapping[str, str]:
        return _password_problem(draft, values)

    schema = identifier_schema(
        free, strong, kept=bool(draft.answers.password_hash), optional=draft.answers.proven is not None
    )
    return PortalForm(schema, request, submit=(NEXT, BACK), autocomplete="on")


def _is_free(request: PortalRequest, draft: Draft, identifier: str) -> bool:
    with find(request, IDatabase).reading() as session:
        return identifiers.is_free(session, identifier, holder=_holder(draft), now=current_time(request))


def _password_problem(draft: Draft, values: Json) -> Mapping[str, str]:
    """Return what speaks against the password, judged with the identifier typed beside it."""
    password = values.get("password", "")
    identifier = normalise_identifier(values.get("identifier", ""))
    answers = replace(draft.answers, identifier=identifier or draft.answers.identifier)
    if not password:
        judged = password_policy.is_judged(draft.answers.own_words(), answers.own_words())
        return {} if judged or not draft.answers.password_hash or "password" not in values else {"password": _AGAIN}
    assessment = password_policy.assess(password, answers.own_words())
    return {} if assessment.accepted else {"password": " ".join(assessment.messages)}


def _holder(draft: Draft) -> str:
    """A draft that completes a request chooses for it: the request holds its identifier already."""
    return draft.completes or draft.id


def _proposal(request: PortalRequest, draft: Draft, refused: str = "") -> str:
    personal = draft.answers.personal
    names = (personal.get("first_name", ""), personal.get("last_name", ""))
    return identifiers.propose(find(request, ISealer), *names, holder=_holder(draft), refused=refused)


@view_config(
    context=SignUpResource,
    name="identifiant",
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=_TEMPLATE,
)
@at_step(3, _identifier_form)
def identifier_page(request: PortalRequest, draft: Draft, form: PortalForm) -> ViewResult:
    """« Étape 3/4 : Choix de votre identifiant »."""
    proposal = _proposal(request, draft)
    values = {"identifier": draft.answers.identifier or proposal}
    return {**step_of(request, 3), "form": shown(form, draft, 3, values), "proposal": proposal}


@view_config(
    context=SignUpResource,
    name="identifiant",
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer=_TEMPLATE,
)
@at_step(3, _identifier_form)
def identifier_chosen(request: PortalRequest, draft: Draft, form: PortalForm) -> ViewResult:
    """Check it all at once, hash the password outside any transaction, then take the identifier in one statement."""
    if form.pressed == BACK.name:
        return go_back(request, draft, form, 3)
    limits.identifier_tried(request, draft.id)
    try:
        values = form.validate()
        answers = _with_password(request, draft.answers, values)
        if not _reserve(request, draft, answers.identifier):
            raise form.refuse({"identifier": _TAKEN})
    except Invalid as invalid:
        return _refused(request, draft, invalid)
    if draft.completes is None:
        identifiers.release(request.dbsession, draft.id, but=answers.identifier)
    return HTTPSeeOther(next_path(save_step(request, draft, answers, 3), 3))


def _reserve(request: PortalRequest, draft: Draft, identifier: str) -> bool:
    until = None if draft.completes else draft.expires_at
    return identifiers.reserve(
        request.dbsession,
        identifier,
        kind=identifiers.SIGN_UP,
        holder=_holder(draft),
        now=current_time(request),
        until=until,
    )


def _with_password(request: PortalRequest, answers: Answers, values: Json) -> Answers:
    chosen = replace(answers, identifier=normalise_identifier(values["identifier"])).keeping(PATHS[2], None)
    if not values["password"]:
        return chosen
    return replace(chosen, password_hash=find(request, IPasswords).hash(values["password"]))


def _refused(request: PortalRequest, draft: Draft, invalid: Invalid) -> ViewResult:
    """Show what to correct. A password that nothing speaks against is kept, as the hash that the draft keeps anyway."""
    typed = normalise_identifier(request.POST.get("identifier", ""))
    taken = invalid.errors.get("identifier") == _TAKEN
    proposal = _proposal(request, draft, refused=typed if taken else "")
    page: JsonObject = {**step_of(request, 3), "proposal": proposal}
    password = request.POST.get("password", "")
    if not password or set(invalid.errors) != {"identifier"}:
        return {**page, "form": invalid.form_html}
    answers = replace(draft.answers, password_hash=find(request, IPasswords).hash(password))
    Drafts(request.registry).save(request.dbsession, draft.id, answers, done=draft.done)
    form = _identifier_form(request, replace(draft, answers=answers))
    form.show_typed({"identifier": request.POST.get("identifier", "")})
    return {**page, "form": form.refuse(invalid.errors).form_html}


@view_config(
    context=SignUpResource,
    name="identifiant-disponible",
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer="json",
)
def identifier_checked(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """Answer ``{"available", "message", "proposal"}`` for ``{"identifier"}``, in a draft that has come to step 3.

    A taken identifier gets one answer, whoever holds it; trying is limited like « Suivant » is.
    """
    draft = current_draft(request)
    if draft is None or may_not_open(draft, 3) is not None:
        raise BadCheck("Cette inscription n’est plus ouverte ici.")
    try:
        asked = request.json_body
    except (ValueError, UnicodeDecodeError):
        raise BadCheck("Demande illisible.") from None
    if not isinstance(asked, dict) or not isinstance(asked.get("identifier"), str):
        raise BadCheck("Demande illisible.")
    request.response.cache_control = "no-store"
    identifier = normalise_identifier(asked["identifier"][:200])
    if not identifier_is_well_formed(identifier):
        return {"available": False, "message": "", "proposal": ""}
    limits.identifier_checked(request, draft.id)
    if _is_free(request, draft, identifier):
        return {"available": True, "message": "Cet identifiant est disponible.", "proposal": ""}
    return {"available": False, "message": _NOT_FREE, "proposal": _proposal(request, draft, refused=identifier)}

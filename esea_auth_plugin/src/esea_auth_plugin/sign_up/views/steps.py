"""Steps 1, 2 and 4. Each page works without JavaScript and asks the flow whether it may be opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...accounts.names import identifier_from_name
from ...accounts.role_mailboxes import is_role_mailbox
from ...authentication.contract import AuthMode, Capability
from ...authentication.registry import modes_of
from ...errors import TooManyAttempts
from ...foundation.forms import Invalid, PortalForm
from ...interfaces import ICatalogue, ModeStatus, PortalService
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult, current_identity
from ...services import current_time, find
from ...settings import AuthSettings
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
    remember,
    save_step,
    shown,
    step_of,
)
from ..forms import PERSONAL_GROUPS, adhesion_schema, personal_schema, personal_values
from ..proven import PROVEN_WORDS, rows_of
from ..resources import SignUpResource

_TEMPLATES = "esea_auth_plugin:sign_up/templates"


# --- 1. Carte CPS ------------------------------------------------------------------------------------------------


@view_config(
    context=SignUpResource,
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/card.jinja2",
)
def card_page(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """« Étape 1/4 : Carte CPS »."""
    if current_identity(request) is not None:
        return HTTPSeeOther("/compte")
    draft = current_draft(request)
    under_way = draft is not None and draft.sent_as is None and draft.done > 0
    return {
        **step_of(request, 1),
        "under_way": under_way,
        "continue_path": next_path(draft.done) if draft and under_way else "",
        **_proving(request),
    }


def _proving(request: PortalRequest) -> dict[str, list[tuple[AuthMode, str]]]:
    """Return the modes that fill the sign-up in with what they prove: the portal's own, and those of somebody else."""
    service = _service_asked(request)
    found = [mode for mode in modes_of(request).all() if Capability.OFFERS_ATTRIBUTES in mode.capabilities]
    ways = [(mode, _reading_path(request, mode, service)) for mode in found]
    return {
        "card_ways": [way for way in ways if way[1] and not way[0].external],
        "other_ways": [way for way in ways if way[1] and way[0].external],
    }


def _reading_path(request: PortalRequest, mode: AuthMode, service: PortalService | None) -> str:
    """Return where the mode is gone through, ``""`` where it is not admitted today."""
    catalogue, now = find(request, ICatalogue), current_time(request)
    portal = catalogue.get("portail")
    for each in (service, portal):
        if each is not None and catalogue.status_of(each, mode.name, now) is ModeStatus.OPEN:
            query = f"?service={each.slug}" if each is service else ""
            return f"/connexion/{mode.segment}{query}"
    return ""


def _service_asked(request: PortalRequest) -> PortalService | None:
    catalogue = find(request, ICatalogue)
    asked = catalogue.get(request.GET.get("service", ""))
    return asked if asked is not None and asked in catalogue.all() else None


@view_config(context=SignUpResource, request_method="POST", permission=NO_PERMISSION_REQUIRED)
def card_answered(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """Begin the draft, or go on with the one there is."""
    if current_identity(request) is not None:
        return HTTPSeeOther("/compte")
    answer = request.POST.get("carte")
    if answer not in {"oui", "non"}:
        request.flash("Indiquez si vous avez une carte CPS.", "warning")
        return HTTPSeeOther(request.path_qs)
    ways = _proving(request)["card_ways"] if answer == "oui" else []
    if ways:
        return HTTPSeeOther(ways[0][1])
    limits.from_here(request, limits.START)
    draft = current_draft(request)
    drafts = Drafts(request.registry)
    if draft is not None and draft.sent_as is None:
        elsewhere = may_not_open(draft, 1)
        if elsewhere is not None:
            return HTTPSeeOther(elsewhere)
        answers = replace(draft.answers, has_card=answer == "oui")
        return HTTPSeeOther(next_path(save_step(request, draft, answers, 1), 1))
    asked = _service_asked(request)
    slugs = (asked.slug,) if asked is not None else ()
    _, secret = drafts.start(request.dbsession, Answers(has_card=answer == "oui", services=slugs), done=1)
    remember(request, secret)
    return HTTPSeeOther(PATHS[1])


# --- 2. Données personnelles -------------------------------------------------------------------------------------


def _personal_form(request: PortalRequest, draft: Draft) -> PortalForm:
    today = current_time(request).date()
    schema = personal_schema(find(request, AuthSettings).hidden_fields, today, draft.answers.proven_attributes)
    return PortalForm(schema, request, submit=(NEXT, BACK), groups=PERSONAL_GROUPS)


@view_config(
    context=SignUpResource,
    name="donnees",
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/step.jinja2",
)
@at_step(2, _personal_form)
def personal_page(request: PortalRequest, draft: Draft, form: PortalForm) -> ViewResult:
    """« Étape 2/4 : Données personnelles »."""
    values = {**draft.answers.personal, "email_again": draft.answers.email}
    return _personal(request, draft, shown(form, draft, 2, values))


def _personal(request: PortalRequest, draft: Draft, form_html: object) -> TemplateValues:
    proven = draft.answers.proven
    return {
        **step_of(request, 2),
        "form": form_html,
        "notice": True,
        "has_card": draft.answers.has_card,
        "proven": rows_of(draft.answers.proven_attributes),
        "proven_by": PROVEN_WORDS.get(proven.origin, "prouvé") if proven else "",
    }


@view_config(
    context=SignUpResource,
    name="donnees",
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/step.jinja2",
)
@at_step(2, _personal_form)
def personal_given(request: PortalRequest, draft: Draft, form: PortalForm) -> ViewResult:
    """Check and keep the personal data."""
    if form.pressed == BACK.name:
        return go_back(request, draft, form, 2)
    try:
        values = form.validate()
        if values.pop("site_web", False):
            raise form.refuse("Un champ invisible a été rempli : désactivez le remplissage automatique et réessayez.")
        # What was proven comes last: nothing that is posted takes its place.
        proven = draft.answers.proven_attributes
        personal = {**personal_values(values, proven.get("country", "")), **proven}
        _count_name(request, draft, form, personal)
    except Invalid as invalid:
        return _personal(request, draft, invalid.form_html)
    answers = draft.answers.with_personal(personal)
    done = save_step(request, draft, answers, 2)
    if is_role_mailbox(find(request, AuthSettings), answers.email):
        request.flash(
            "Cette adresse ressemble à une boîte partagée. Les codes de connexion y seront lisibles par d’autres : "
            "préférez une adresse nominative. Le support vérifiera ce point.",
            "warning",
        )
    return HTTPSeeOther(next_path(done, 2))


def _count_name(request: PortalRequest, draft: Draft, form: PortalForm, personal: Mapping[str, str]) -> None:
    """Count another name for this draft like a choice of an identifier: step 3 proposes one for it."""
    former, present = (
        identifier_from_name(each.get("first_name", ""), each.get("last_name", ""))
        for each in (draft.answers.personal, personal)
    )
    if draft.done < 2 or former == present:
        return
    try:
        limits.identifier_tried(request, draft.id)
    except TooManyAttempts as refused:
        request.response.status = 429
        request.response.headers["Retry-After"] = str(refused.retry_after)
        raise form.refuse(refused.message) from refused


# --- 4. Adhésion -------------------------------------------------------------------------------------------------


def _adhesion_form(request: PortalRequest, draft: Draft) -> PortalForm:
    schema = adhesion_schema(find(request, ICatalogue).all())
    return PortalForm(schema, request, submit=(NEXT, BACK))


def _adhesion(request: PortalRequest, draft: Draft, form_html: object) -> TemplateValues:
    return {**step_of(request, 4), "form": form_html, "answers": draft.answers}


@view_config(
    context=SignUpResource,
    name="adhesion",
    request_method="GET",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/adhesion.jinja2",
)
@at_step(4, _adhesion_form)
def adhesion_page(request: PortalRequest, draft: Draft, form: PortalForm) -> ViewResult:
    """« Étape 4/4 : Adhésion »."""
    values = {"services": draft.answers.services, "motive": draft.answers.motive}
    if draft.answers.terms == request.portal.terms_version:
        values["terms"] = "oui"  # accepted in this very sign-up, which is being corrected
    return _adhesion(request, draft, shown(form, draft, 4, values))


@view_config(
    context=SignUpResource,
    name="adhesion",
    request_method="POST",
    permission=NO_PERMISSION_REQUIRED,
    renderer=f"{_TEMPLATES}/adhesion.jinja2",
)
@at_step(4, _adhesion_form)
def adhesion_given(request: PortalRequest, draft: Draft, form: PortalForm) -> ViewResult:
    """Keep services, motive and the acceptance of the CGU; the answers are checked once more before they leave."""
    if form.pressed == BACK.name:
        return go_back(request, draft, form, 4)
    try:
        values = form.validate()
    except Invalid as invalid:
        return _adhesion(request, draft, invalid.form_html)
    answers = replace(
        draft.answers,
        services=tuple(values.get("services", ())),
        motive=values["motive"],
        terms=request.portal.terms_version,
    )
    return HTTPSeeOther(next_path(save_step(request, draft, answers, 4), 4))

"""Pages of the registration. One address each for reading the CGU, filling the form, and seeing where one stands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.foundation.forms import Invalid, PortalForm
from esea_auth_plugin.foundation.reviews.answering import answer_form, take_answer
from esea_auth_plugin.interfaces import IReviews, ReviewView
from esea_auth_plugin.pyramid_types import JsonObject, PortalRequest, TemplateValues, ViewResult
from esea_auth_plugin.services import find
from oru_espace_pro_plugin.registration.resources import RegistrationResource

from ..interfaces import IRegistrations, Progress, RegistrationForm, Stage
from ..settings import OruSettings
from . import terms_template
from .forms import GROUPS, registration_schema, terms_schema
from .lists import OTHER, load

VIEW = "oru.registration.view"
SUBMIT = "oru.registration.submit"
_PLACE = "/espace-pro/inscription"
_TERMS = f"{_PLACE}/conditions"
_FORM = f"{_PLACE}/formulaire"
_TEMPLATES = "oru_espace_pro_plugin:registration/templates"


def _standing(request: PortalRequest) -> Progress:
    return find(request, IRegistrations).progress(request.dbsession, request.identity.subject)


@view_config(
    context=RegistrationResource, name="", request_method="GET", permission=VIEW,
    renderer=f"{_TEMPLATES}/standing.jinja2",
)  # fmt: skip
def progress(context: RegistrationResource, request: PortalRequest) -> ViewResult:
    """Where one stands: leads to what is to be done, or shows the answer."""
    now = _standing(request)
    if now.stage is Stage.ADMITTED:
        return HTTPSeeOther("/espace-pro")
    if now.stage is Stage.TERMS:
        return HTTPSeeOther(_TERMS)
    if now.stage is Stage.FORM:
        return HTTPSeeOther(_FORM)
    return _standing_page(request, now, answer_form(request).render() if now.stage is Stage.MORE_ASKED else None)


def _standing_page(request: PortalRequest, now: Progress, form: object) -> TemplateValues:
    steps = find(request, IRegistrations).steps(request.dbsession, request.identity)
    return {"now": now, "steps": steps, "form": form}


@view_config(
    context=RegistrationResource, name="", request_method="POST", permission=SUBMIT,
    renderer=f"{_TEMPLATES}/standing.jinja2",
)  # fmt: skip
def answer(context: RegistrationResource, request: PortalRequest) -> ViewResult:
    """Answer the team's question; nothing else of the request changes."""
    now = _standing(request)
    if now.stage is not Stage.MORE_ASKED or now.review is None:
        return HTTPSeeOther(_PLACE)
    form = answer_form(request)
    try:
        take_answer(request, form, now.review)
    except Invalid as invalid:
        return _standing_page(request, now, invalid.form_html)
    request.flash("Votre réponse est envoyée à l'équipe ORU.")
    return HTTPSeeOther(_PLACE)


# --- CGU -------------------------------------------------------------------------------------------------------


def _terms_form(request: PortalRequest) -> PortalForm:
    version = find(request, OruSettings).terms_version
    return PortalForm(terms_schema(), request, action=f"{_TERMS}?{urlencode({'version': version})}", form_id="cgu")


def _terms_page(request: PortalRequest, form: object) -> TemplateValues:
    version = find(request, OruSettings).terms_version
    return {"form": form, "version": version, "terms_text": terms_template(version)}


@view_config(
    context=RegistrationResource, name="conditions", request_method="GET", permission=VIEW,
    renderer=f"{_TEMPLATES}/terms.jinja2",
)  # fmt: skip
def terms(context: RegistrationResource, request: PortalRequest) -> TemplateValues:
    """The CGU of the Espace Pro, to be accepted or, once accepted, to be read again."""
    accepted = find(request, IRegistrations).has_accepted_terms(request.dbsession, request.identity.subject)
    return _terms_page(request, None if accepted else _terms_form(request).render())


@view_config(
    context=RegistrationResource, name="conditions", request_method="POST", permission=SUBMIT,
    renderer=f"{_TEMPLATES}/terms.jinja2",
)  # fmt: skip
def accept_terms(context: RegistrationResource, request: PortalRequest) -> ViewResult:
    """Accept them, of the version that was shown."""
    form = _terms_form(request)
    try:
        form.validate()
        registrations = find(request, IRegistrations)
        registrations.accept_terms(request.dbsession, request.identity.subject, request.GET.get("version", ""))
    except Invalid as invalid:
        return _terms_page(request, invalid.form_html)
    except PortalError as refused:
        return _terms_page(request, form.refuse(refused.message).form_html)
    return HTTPSeeOther(_PLACE)


# --- the form --------------------------------------------------------------------------------------------------


def _form(request: PortalRequest) -> PortalForm:
    lists = load(find(request, OruSettings).lists_file)
    schema = registration_schema(lists, request.identity, other=request.POST.get("function") == OTHER)
    return PortalForm(
        schema, request, groups=GROUPS, submit=[("envoyer", "Envoyer ma demande")], form_id="inscription"
    )  # fmt: skip


def _form_page(request: PortalRequest, form: object, now: Progress) -> TemplateValues:
    return {"form": form, "now": now}


@view_config(
    context=RegistrationResource, name="formulaire", request_method="GET", permission=VIEW,
    renderer=f"{_TEMPLATES}/form.jinja2",
)  # fmt: skip
def show_form(context: RegistrationResource, request: PortalRequest) -> ViewResult:
    """The form, filled with what was typed before."""
    now = _standing(request)
    if now.stage in {Stage.TERMS, Stage.WAITING, Stage.ADMITTED}:
        return HTTPSeeOther(_PLACE)
    if not find(request, IRegistrations).has_accepted_terms(request.dbsession, request.identity.subject):
        return HTTPSeeOther(_TERMS)
    before = find(request, IRegistrations).form_of(request.dbsession, request.identity.subject)
    known = {} if before is None else {name: getattr(before, name) for name in before.__dataclass_fields__}
    return _form_page(request, _form(request).render(known), now)


@view_config(
    context=RegistrationResource, name="formulaire", request_method="POST", permission=SUBMIT,
    renderer=f"{_TEMPLATES}/form.jinja2",
)  # fmt: skip
def send_form(context: RegistrationResource, request: PortalRequest) -> ViewResult:
    """Send the form. A second click finds the request open and shows it."""
    now = _standing(request)
    if now.stage in {Stage.TERMS, Stage.WAITING, Stage.ADMITTED}:
        return HTTPSeeOther(_PLACE)
    form = _form(request)
    try:
        typed = form.validate()
        review = find(request, IRegistrations).submit(
            request.dbsession, request.identity.subject, _filled(request.identity, typed)
        )
    except Invalid as invalid:
        return _form_page(request, invalid.form_html, now)
    except PortalError as refused:
        if refused.code == "review.already_open":
            return HTTPSeeOther(_PLACE)  # two clicks at the same second: one request
        return _form_page(request, form.refuse(refused.message).form_html, now)
    _acknowledge(request, review, completed=now.stage is Stage.MORE_ASKED)
    return HTTPSeeOther(_PLACE)


def _filled(identity: Any, typed: JsonObject) -> RegistrationForm:
    """Return the form with who it is from: names and address come from the identity, whatever was posted."""
    return RegistrationForm(
        first_name=identity.first_name or typed["first_name"],
        last_name=identity.last_name or typed["last_name"],
        email=identity.email,
        function=typed["function"],
        function_other=typed["function_other"] if typed["function"] == OTHER else "",
        speciality=typed["speciality"],
        profile=typed["profile"],
        complement=typed["complement"],
        phone=typed["phone"],
    )


def _acknowledge(request: PortalRequest, review: ReviewView, *, completed: bool) -> None:
    if completed:
        request.flash("Vos compléments sont envoyés à l'équipe ORU.")
        return
    fresh = find(request, IReviews).get(request.dbsession, review.id) or review
    find(request, IRegistrations).acknowledge(request.dbsession, fresh)
    request.flash("Votre demande est envoyée à l'équipe ORU.")

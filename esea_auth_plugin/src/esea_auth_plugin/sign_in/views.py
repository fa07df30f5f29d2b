"""The page « Accès sécurisé au service » and the pages of the modes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..accounts.mail_code_barring import why_barred
from ..authentication import flow
from ..authentication.attempts.store import SignIns
from ..authentication.contract import AuthMode, Poll
from ..authentication.flow import Outcome, Refusal, driver
from ..errors import TooManyAttempts
from ..foundation.database import write_on_get
from ..foundation.web.return_paths import destination, let_form_end_at, local_path
from ..interfaces import IAccounts, ICatalogue, IEnrolments, ISignInRoot, PortalService
from ..pyramid_types import PortalRequest, TemplateValues, ViewResult, current_identity
from ..resources import Resource
from ..services import current_time, find, offers
from .finishing import StartAgain
from .offers import Offer, is_open, offers_of, service_named
from .resources import ActionResource, CallbackResource, ModeResource, PollResource
from .step_up import step_up_of
from .steps import SignInProgress, progress, read_progress

#: A callback's parameters are cut here (threat-model.md row 30); an authorization code is far shorter.
MAX_OF_A_VALUE = 8_000
_REFUSAL = Refusal("connexion:refus", "Connexion refusée")
_OWN_FIELDS = {"csrf_token", "service", "retour", "recent"}
_STEP = "esea_auth_plugin:sign_in/templates/step.jinja2"


class Target(TypedDict):
    """What a sign-in is for. ``recent``: a fresh proof is wanted."""

    service: str
    return_path: str
    recent: bool


def asked(request: PortalRequest) -> Target:
    """Return what the sign-in is for: service, path back, and whether a fresh proof is wanted.

    :raises HTTPNotFound: the service is unknown.
    """
    given = request.POST if request.method == "POST" else request.GET
    slug = given.get("service", "")
    slug = slug if isinstance(slug, str) else ""
    if service_named(request, slug) is None:
        raise HTTPNotFound
    back = given.get("retour", "")
    return {
        "service": slug,
        "return_path": local_path(back if isinstance(back, str) else ""),
        "recent": given.get("recent") == "1",
    }


def query_of(of: Target) -> str:
    """Return the query string that carries ``asked`` on, ``""`` or with its question mark."""
    values = {"service": of["service"], "retour": of["return_path"], "recent": "1" if of["recent"] else ""}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"?{query}" if query else ""


@view_config(
    context=ISignInRoot,
    request_method="GET",
    renderer="esea_auth_plugin:sign_in/templates/sign_in.jinja2",
    permission=NO_PERMISSION_REQUIRED,
)
def choose(context: Resource, request: PortalRequest) -> ViewResult:
    """Show the modes that the service admits today; whoever is signed in well enough goes on."""
    of = asked(request)
    service = _service(request, of["service"])
    identity = current_identity(request)
    now = current_time(request)
    if identity is not None and not of["recent"]:
        refusal = find(request, ICatalogue).admits(service, identity.proofs, identity.level, now)
        if refusal is None:
            return HTTPSeeOther(destination(of["return_path"], of["service"]))
    account = find(request, IAccounts).by_subject(request.dbsession, identity.subject) if identity else None
    offered = offers_of(request, service)
    step_up = step_up_of(request, identity.subject, offered) if of["recent"] and identity is not None else None
    if step_up is not None:
        offered = step_up.enough
    _let_companions_lead_out(request, of["service"], offered)
    return {
        "service": service,
        "own": [offer for offer in offered if not offer.mode.external],
        "external": [offer for offer in offered if offer.mode.external],
        "open_titles": [offer.mode.title for offer in offered if offer.open],
        "query": query_of(of),
        "sign_up_query": f"?{urlencode({'service': of['service']})}" if of["service"] else "",
        "recent": of["recent"],
        "step_up": step_up,
        "barred": why_barred(account, now),
        "asked": of,
        # One that is hosted elsewhere stands in its place among them; the others come after the lists.
        # Nobody is known yet: what they answer is for whoever shows a key.
        "companions": [] if identity else list(_companions(request, service, offered, external=False).items()),
        "external_companions": _companions(request, service, offered, external=True),
    }


def _let_companions_lead_out(request: PortalRequest, slug: str, offered: Sequence[Offer]) -> None:
    """A companion may hold a form that leads to another site at once, and from there to the service."""
    targets = [target for offer in offered if offer.open and offer.mode.companion for target in offer.mode.form_targets]
    for target in targets:
        request.content_policy.allow_form_target(target)
    if targets:
        let_form_end_at(request, slug)


def _companions(
    request: PortalRequest, service: PortalService, offered: Sequence[Offer], *, external: bool
) -> dict[str, Mapping[str, object]]:
    """Return what open modes add to the page of all modes: a template each, with its values."""
    nobody = flow.attempt_of(request, id="", subject=None, values={}, service_title=service.title)
    return {
        offer.mode.companion: offer.mode.companion_values(request.dbsession, nobody)
        for offer in offered
        if offer.open and offer.mode.companion and offer.mode.external is external
    }


@view_config(context=ModeResource, request_method="GET", renderer=_STEP, permission=NO_PERMISSION_REQUIRED)
def show_step(context: ModeResource, request: PortalRequest) -> ViewResult:
    """Show the stage where the sign-in stands."""
    of = asked(request)
    at = progress(request, request.dbsession, context.mode, **of)
    service = _service(request, at.found.service)
    if at.found.reset_id is None and not is_open(request, service, context.mode):
        return _not_admitted(request, context.mode, of)
    waits_for_begin = at.fresh and at.found.subject is not None and bool(at.stage.after)
    shown = None if waits_for_begin else at.stage.ask(request.dbsession, at.attempt({}))
    return _page(request, context, at, service, Outcome(shown=shown))


@view_config(context=ModeResource, request_method="POST", renderer=_STEP, permission=NO_PERMISSION_REQUIRED)
def take_step(context: ModeResource, request: PortalRequest) -> ViewResult:
    """Take the answer to a stage."""
    return _take(context, request, "")


@view_config(context=ActionResource, request_method="POST", renderer=_STEP, permission=NO_PERMISSION_REQUIRED)
def take_action(context: ActionResource, request: PortalRequest) -> ViewResult:
    """Carry out an action of the stage, e.g. send another code."""
    return _take(context.__parent__, request, context.__name__)


@view_config(context=CallbackResource, request_method="GET", renderer=_STEP, permission=NO_PERMISSION_REQUIRED)
def take_callback(context: CallbackResource, request: PortalRequest) -> ViewResult:
    """Take the answer that another site sends the browser back with, to whatever this browser had asked there."""
    write_on_get(request)
    place, mode = context.__parent__, context.__parent__.mode
    values = {name: value[:MAX_OF_A_VALUE] for name, value in request.GET.items()}
    at = read_progress(request, mode)
    if not at.fresh:
        return _answered(place, request, at, context.__name__, values)
    if offers(request, IEnrolments):
        taken = find(request, IEnrolments).take_callback(request, mode.name, context.__name__, values)
        if taken is not None:
            return taken
    request.flash("Cette connexion a expiré, ou elle a commencé dans un autre navigateur. Recommencez.", "warning")
    return HTTPSeeOther("/connexion")


@view_config(context=PollResource, request_method="GET", renderer="json", permission=NO_PERMISSION_REQUIRED)
def poll(context: PollResource, request: PortalRequest) -> TemplateValues:
    """Tell a waiting page whether to send its form now."""
    mode, now = context.__parent__.mode, current_time(request)
    signins = find(request, SignIns)
    digest = signins.cookie_digest(request)
    found = mode.poll_by_cookie(request.dbsession, digest, now) if digest else None
    if found is None:
        under_way = signins.current(request, request.dbsession) if digest else None
        found = mode.poll(request.dbsession, under_way.id, now) if under_way else Poll(ready=True)
    return flow.poll_values(request, found)


def _take(context: ModeResource, request: PortalRequest, action: str) -> ViewResult:
    of = asked(request)
    at = read_progress(request, context.mode, **of)
    if action and action not in at.stage.actions:
        return HTTPSeeOther(f"/connexion/{context.mode.segment}{query_of(of)}")
    return _answered(context, request, at, action, None)


def _answered(
    context: ModeResource, request: PortalRequest, at: SignInProgress, action: str, values: Mapping[str, str] | None
) -> ViewResult:
    of = Target(service=at.found.service, return_path=at.found.return_path, recent=at.found.recent)
    service = _service(request, at.found.service)
    if at.found.reset_id is None and not is_open(request, service, context.mode):
        return _not_admitted(request, context.mode, of)
    try:
        given = flow.typed(request, _OWN_FIELDS) if values is None else values
        outcome = driver.take(at, given, action)
    except TooManyAttempts as error:
        request.response.status = 429
        request.response.headers["Retry-After"] = str(error.retry_after)
        with_wait = f"{error.message} Les autres modes de connexion restent possibles."
        return _page(request, context, at, service, Outcome(problem=with_wait), retry=True)
    except StartAgain as error:
        request.flash(error.message, "warning")
        return HTTPSeeOther(f"/connexion{query_of(of)}")
    return flow.respond(
        request,
        outcome,
        action=action in at.stage.actions,
        refusal=_REFUSAL,
        page=lambda shown: _page(request, context, at, service, shown),
    )


def _page(
    request: PortalRequest,
    context: ModeResource,
    at: SignInProgress,
    service: PortalService,
    outcome: Outcome,
    *,
    retry: bool = False,
) -> TemplateValues:
    let_form_end_at(request, at.found.service)
    if retry:
        # A limit is reached before anything was judged: the page is shown again as it was.
        shown = at.stage.ask(request.dbsession, at.attempt({}))
        outcome = replace(outcome, shown=shown)
    path = f"/connexion/{context.mode.segment}"
    # Over a limit, a page that goes on by itself would send one request after another.
    values = flow.step_values(request, outcome, form_targets=at.stage.form_targets, actions_path=path, waits=not retry)
    of = Target(service=at.found.service, return_path=at.found.return_path, recent=at.found.recent)
    return {
        **values,
        "service": service,
        "mode": context.mode,
        "stage": at.stage,
        "found": at.found,
        "steps_total": len(at.found.stages),
        "step_number": at.found.stages.index(at.found.stage) + 1,
        "query": query_of(of),
    }


def _service(request: PortalRequest, slug: str) -> PortalService:
    service = service_named(request, slug)
    if service is None:  # it left the catalogue while somebody was signing in
        raise HTTPNotFound
    return service


def _not_admitted(request: PortalRequest, mode: AuthMode, of: Target) -> ViewResult:
    request.flash(f"Le mode « {mode.title} » n'est pas accepté par ce service. Choisissez-en un autre.", "warning")
    return HTTPSeeOther(f"/connexion{query_of(of)}")

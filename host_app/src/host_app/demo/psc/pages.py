"""The pages that people see: who they are, the telephone with its e-CPS, the faults on demand, the end of a session."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from pyramid.response import Response
from pyramid.view import view_config

from esea_auth_plugin.pyramid_types import ViewResult

from .people import PROFESSIONALS, by_sub
from .state import CODE_SECONDS, FAULTS, Code, ProviderRequest, Seen

COOKIE = "psc_demo"
_TEMPLATES = "host_app:demo/psc/templates"
_ASKED = ("client_id", "redirect_uri", "state", "nonce", "code_challenge", "scope", "acr_values", "prompt")


def _asked(request: ProviderRequest) -> dict[str, str]:
    given = request.POST if request.method == "POST" else request.GET
    found = {name: given.get(name, "")[:2000] for name in _ASKED}
    if found["client_id"] != request.memory.client_id or found["redirect_uri"] not in request.registry["redirect_uris"]:
        raise HTTPBadRequest("unknown client or address")  # never sent back to an address that nobody declared
    return found


@view_config(route_name="auth", request_method="GET", renderer=f"{_TEMPLATES}/who.jinja2")
def auth(request: ProviderRequest) -> ViewResult:
    """Ask who is there; whoever has a session here goes on at once, as Pro Santé Connect does."""
    if request.memory.fault == "down":
        return Response("503", status=503)
    asked = _asked(request)
    seen = request.memory.seen_in(request.cookies.get(COOKIE, ""))
    if seen is not None and "login" not in asked["prompt"].split():
        return _back(request, asked, seen)
    return {"asked": asked, "people": PROFESSIONALS, "fault": FAULTS[request.memory.fault]}


@view_config(route_name="auth", request_method="POST")
def choose(request: ProviderRequest) -> ViewResult:
    """Take who it is and by which means, or that they give up."""
    asked = _asked(request)
    person = by_sub(request.POST.get("sub", ""))
    if person is None:
        query = {"error": "access_denied", "state": asked["state"], "iss": request.memory.issuer}
        return HTTPSeeOther(f"{asked['redirect_uri']}?{urlencode(query)}")
    means = "CARD" if request.POST.get("means") == "CARD" else "MOBILE"
    seen = Seen(person.sub, means, int(request.memory.tell()))
    cookie = secrets.token_urlsafe(24)
    request.memory.sessions[cookie] = seen
    response = _back(request, asked, seen)
    response.set_cookie(COOKIE, cookie, httponly=True, samesite="Lax")
    return response


def _back(request: ProviderRequest, asked: dict[str, str], seen: Seen) -> HTTPSeeOther:
    code = secrets.token_urlsafe(24)
    request.memory.codes[code] = Code(
        seen=seen,
        client_id=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        nonce=asked["nonce"],
        challenge=asked["code_challenge"],
        ends_at=request.memory.tell() + CODE_SECONDS,
    )
    query = {"code": code, "state": asked["state"], "iss": request.memory.issuer}
    return HTTPSeeOther(f"{asked['redirect_uri']}?{urlencode(query)}")


@view_config(route_name="phone", request_method="GET", renderer=f"{_TEMPLATES}/phone.jinja2")
def phone(request: ProviderRequest) -> ViewResult:
    """Show every telephone that rings."""
    now = request.memory.tell()
    rings = [
        (auth_req_id, by_sub(ring.sub), ring.choices)
        for auth_req_id, ring in request.memory.rings.items()
        if ring.ends_at > now and ring.answer is None
    ]
    return {"rings": rings}


@view_config(route_name="phone", request_method="POST")
def answer(request: ProviderRequest) -> ViewResult:
    """Take the number that was chosen: the right one accepts, any other refuses."""
    ring = request.memory.rings.get(request.POST.get("id", ""))
    if ring is not None and ring.answer is None:
        right = request.POST.get("number") == ring.number
        ring.answer = Seen(ring.sub, "MOBILE", int(request.memory.tell())) if right else False
    return HTTPSeeOther("phone")


@view_config(route_name="faults", request_method="GET", renderer=f"{_TEMPLATES}/faults.jinja2")
def faults(request: ProviderRequest) -> ViewResult:
    """Show what may go wrong on demand."""
    return {"faults": FAULTS, "present": request.memory.fault}


@view_config(route_name="faults", request_method="POST")
def fail(request: ProviderRequest) -> ViewResult:
    """Choose what goes wrong."""
    wanted = request.POST.get("fault", "")
    request.memory.fault = wanted if wanted in FAULTS else ""
    return HTTPSeeOther("pannes")


@view_config(route_name="logout", request_method="POST")
def logout(request: ProviderRequest) -> ViewResult:
    """End the person's sessions here and send the browser back, without a state, as Pro Santé Connect may."""
    sub = request.memory.sub_of(request.POST.get("id_token_hint", ""))
    for cookie in [cookie for cookie, seen in request.memory.sessions.items() if seen.sub == sub]:
        del request.memory.sessions[cookie]
    back = request.POST.get("post_logout_redirect_uri", "")
    if back not in request.registry["post_logout_uris"]:
        return Response("Session fermée.", content_type="text/plain", charset="utf-8")
    return HTTPSeeOther(back)

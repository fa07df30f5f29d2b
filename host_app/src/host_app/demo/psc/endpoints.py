"""The addresses that the portal's server asks: discovery, keys, token, userinfo, e-CPS requests."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from pyramid.response import Response
from pyramid.view import view_config

from esea_auth_plugin.pyramid_types import TemplateValues, ViewResult

from .people import by_national_id, by_sub
from .state import RING_SECONDS, Memory, ProviderRequest, Ring, challenge_of

SLOW_SECONDS = 5
CIBA = "urn:openid:params:grant-type:ciba"


def _error(code: str, status: int = 400) -> Response:
    return Response(status=status, json_body={"error": code})


def troubled(view: Any) -> Any:
    """Let the fault of the moment answer first."""

    def wrapped(request: ProviderRequest) -> Any:
        if request.memory.fault == "down":
            return _error("temporarily_unavailable", 503)
        if request.memory.fault == "slow":
            time.sleep(SLOW_SECONDS)
        return view(request)

    wrapped.__module__, wrapped.__doc__ = view.__module__, view.__doc__
    return wrapped


@view_config(route_name="discovery", request_method="GET", renderer="json")
@troubled
def discovery(request: ProviderRequest) -> TemplateValues:
    """Tell the addresses; the authorization host is not the issuer's."""
    issuer = request.memory.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{request.registry.settings['wallet']}/auth",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/certs",
        "end_session_endpoint": f"{issuer}/logout",
        "backchannel_authentication_endpoint": f"{issuer}/ciba",
        "authorization_response_iss_parameter_supported": True,
        "id_token_signing_alg_values_supported": ["RS256"],
        "acr_values_supported": ["0", "0"],
    }


@view_config(route_name="certs", request_method="GET", renderer="json")
@troubled
def certs(request: ProviderRequest) -> ViewResult:
    """Tell the signing keys."""
    return request.memory.key_set()


@view_config(route_name="token", request_method="POST", renderer="json")
@troubled
def token(request: ProviderRequest) -> ViewResult:
    """Exchange a code, or tell whether somebody has answered on their telephone."""
    if not _is_the_client(request):
        return _error("invalid_client", 401)
    given = request.POST
    if given.get("grant_type") == "authorization_code":
        return _exchange(request.memory, given)
    if given.get("grant_type") == CIBA:
        return _collect(request.memory, given.get("auth_req_id", ""))
    return _error("unsupported_grant_type")


def _exchange(memory: Memory, given: Mapping[str, str]) -> ViewResult:
    with memory.lock:
        code = memory.codes.pop(given.get("code", ""), None)
    if code is None or code.ends_at < memory.tell() or code.redirect_uri != given.get("redirect_uri"):
        return _error("invalid_grant")
    if not secrets.compare_digest(challenge_of(given.get("code_verifier", "")), code.challenge):
        return _error("invalid_grant")
    return memory.answer_of(code.seen, code.nonce)


def _collect(memory: Memory, auth_req_id: str) -> ViewResult:
    ring = memory.rings.get(auth_req_id)
    now = memory.tell()
    if ring is None:
        return _error("invalid_grant")
    if ring.ends_at < now:
        return _error("expired_token")
    if ring.answer is None:
        soon, ring.asked_at = now - ring.asked_at < 1, now
        return _error("slow_down" if soon else "authorization_pending")
    del memory.rings[auth_req_id]
    return memory.answer_of(ring.answer, "") if not isinstance(ring.answer, bool) else _error("access_denied")


@view_config(route_name="userinfo", request_method="GET", renderer="json")
@troubled
def userinfo(request: ProviderRequest) -> ViewResult:
    """Tell who the access token stands for."""
    scheme, _, access_token = request.headers.get("Authorization", "").partition(" ")
    seen = request.memory.tokens.pop(access_token, None) if scheme == "Bearer" else None
    person = by_sub(seen.sub) if seen is not None else None
    if person is None:
        return _error("invalid_token", 401)
    return person.claims(merged=request.memory.fault == "merged")


@view_config(route_name="ciba", request_method="POST", renderer="json")
@troubled
def ciba(request: ProviderRequest) -> ViewResult:
    """Ring a telephone: its page shows three numbers, one of them right."""
    if not _is_the_client(request):
        return _error("invalid_client", 401)
    person = by_national_id(request.POST.get("login_hint", ""))
    if person is None:
        return _error("unknown_user_id")
    number = request.POST.get("binding_message", "")[:2]
    others = [f"{value:02d}" for value in secrets.SystemRandom().sample(range(100), 3) if f"{value:02d}" != number]
    choices = tuple(sorted([number, *others[:2]]))
    auth_req_id = secrets.token_urlsafe(24)
    request.memory.rings[auth_req_id] = Ring(person.sub, number, choices, request.memory.tell() + RING_SECONDS)
    return {"auth_req_id": auth_req_id, "expires_in": RING_SECONDS, "interval": 2}


def _is_the_client(request: ProviderRequest) -> bool:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    try:
        name, _, secret = base64.b64decode(text).decode().partition(":") if scheme == "Basic" else ("", "", "")
    except ValueError:
        return False
    known = request.memory
    return unquote(name) == known.client_id and secrets.compare_digest(unquote(secret), known.client_secret)

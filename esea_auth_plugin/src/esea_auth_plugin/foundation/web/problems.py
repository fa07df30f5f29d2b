"""What machines are told: RFC 9457 problem details, for callers that prefer JSON over HTML."""

from __future__ import annotations

from pyramid.response import Response

from ...pyramid_types import PortalRequest


def wants_json(request: PortalRequest) -> bool:
    """Tell whether the caller is a program: it prefers JSON over HTML."""
    offered = request.accept.acceptable_offers(["text/html", "application/json", "application/problem+json"])
    return bool(offered) and offered[0][0] != "text/html"


def problem_response(status: int, kind: str, title: str, *, detail: str = "") -> Response:
    """Return problem details; nothing in them hints at an account.

    :param kind: last part of the URN that names the kind of problem. :param detail: French, for the person, if any.
    """
    body = {"type": f"urn:esea:{kind}", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    return Response(status=status, content_type="application/problem+json", charset="utf-8", json_body=body)

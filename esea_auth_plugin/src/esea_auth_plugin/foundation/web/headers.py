"""Security headers of every answer, pages of errors included."""

from __future__ import annotations

from pyramid.response import Response

from ...pyramid_types import PortalRequest

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}


def dress(request: PortalRequest, response: Response, *, secure: bool) -> None:
    """Add the headers. A page is never stored, unless its view said how it may be (static files, health)."""
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if "Content-Security-Policy" not in response.headers:
        policy = getattr(request, "content_policy", None)
        response.headers["Content-Security-Policy"] = policy.header() if policy else "default-src 'none'"
    if secure:
        response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    response.headers["X-Request-Id"] = request.id
    response.headers.pop("Server", None)

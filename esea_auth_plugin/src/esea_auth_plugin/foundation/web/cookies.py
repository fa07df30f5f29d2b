"""Cookies of the portal: ``__Host-`` and Secure over TLS, HttpOnly, SameSite=Lax, whole site, no domain."""

from __future__ import annotations

from datetime import timedelta

from pyramid.response import Response

from ...errors import CookiesNeeded
from ...interfaces import PortalSettings
from ...pyramid_types import PortalRequest
from ...services import find


def cookie_name(request: PortalRequest, name: str) -> str:
    """Return the cookie's full name on this portal."""
    return f"__Host-{name}" if find(request, PortalSettings).secure else name


def read_cookie(request: PortalRequest, name: str) -> str | None:
    """Return the cookie's value, ``None`` when absent or longer than any of ours."""
    value = request.cookies.get(cookie_name(request, name))
    return value if value and len(value) <= 4096 else None


def cookies_blocked(request: PortalRequest) -> bool:
    """Tell whether no cookie at all arrived: then the browser refuses them, or was just opened again."""
    return not request.environ.get("HTTP_COOKIE")


def read_link_cookie(request: PortalRequest, name: str) -> str | None:
    """Return the cookie that holds the secret of a mailed link, see :func:`read_cookie`.

    :raises CookiesNeeded: no cookie at all arrived, although the link has just set this one.
    """
    if cookies_blocked(request):
        raise CookiesNeeded
    return read_cookie(request, name)


def set_cookie(request: PortalRequest, name: str, value: str, *, max_age: timedelta | None = None) -> None:
    """Set the cookie on whatever response leaves, pages of errors included."""
    secure = find(request, PortalSettings).secure
    full = cookie_name(request, name)

    def put(request: PortalRequest, response: Response) -> None:
        response.set_cookie(full, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="Lax")

    request.add_response_callback(put)


def drop_cookie(request: PortalRequest, name: str) -> None:
    """Clear the cookie in the browser."""
    secure = find(request, PortalSettings).secure
    full = cookie_name(request, name)

    def clear(request: PortalRequest, response: Response) -> None:
        response.set_cookie(full, "", max_age=0, path="/", secure=secure, httponly=True, samesite="Lax")

    request.add_response_callback(clear)

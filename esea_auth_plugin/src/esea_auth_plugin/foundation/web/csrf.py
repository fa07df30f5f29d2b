"""CSRF: a token derived from a random cookie of the browser and from its session.

The token is a keyed hash, so that whoever plants a cookie can't compute it; it changes with the session, so that a
token read before a sign-in is worth nothing after it. The ``Origin`` of a form's request must be the portal's own.
"""

from __future__ import annotations

from pyramid.csrf import get_csrf_token
from pyramid.interfaces import ICSRFStoragePolicy
from zope.interface import implementer

from ...interfaces import ISealer, ISessions, PortalSettings
from ...pyramid_types import PortalRequest
from ...services import find, offers
from ..security import tokens
from .cookies import cookie_name, drop_cookie, set_cookie

COOKIE = "formulaire"


@implementer(ICSRFStoragePolicy)
class DerivedCsrfPolicy:
    """See the module. Implements Pyramid's ``ICSRFStoragePolicy``."""

    def get_csrf_token(self, request: PortalRequest) -> str:
        """Return the token of this browser and session, setting the browser's cookie if it has none."""
        browser = self._browser(request)
        if browser is None:
            browser = tokens.new_token(128)
            request._csrf_browser = browser
            set_cookie(request, COOKIE, browser)
        return self._derive(request, browser)

    def new_csrf_token(self, request: PortalRequest) -> str:
        """Forget the browser's cookie and return the token of a new one."""
        drop_cookie(request, COOKIE)
        request._csrf_browser = None
        request.cookies.pop(cookie_name(request, COOKIE), None)
        return self.get_csrf_token(request)

    def check_csrf_token(self, request: PortalRequest, supplied_token: str) -> bool:
        """Tell whether the token is right and the request comes from the portal's own pages."""
        browser = self._browser(request)
        if browser is None or not same_origin(request):
            return False
        return tokens.equal(self._derive(request, browser), supplied_token or "")

    def _browser(self, request: PortalRequest) -> str | None:
        found: str | None = getattr(request, "_csrf_browser", None)
        found = found or request.cookies.get(cookie_name(request, COOKIE))
        return found if found and 20 <= len(found) <= 64 else None

    def _derive(self, request: PortalRequest, browser: str) -> str:
        session = find(request, ISessions).cookie_digest(request) if offers(request, ISessions) else ""
        return find(request, ISealer).digest(f"{browser}|{session}", purpose="csrf")


def browser_digest(request: PortalRequest) -> str:
    """Return the hash of this browser's cookie of forms, given now if it had none: it is older than any sign-in."""
    get_csrf_token(request)
    found = getattr(request, "_csrf_browser", None) or request.cookies[cookie_name(request, COOKIE)]
    return tokens.digest(found, kind="browser.forms")


def same_origin(request: PortalRequest) -> bool:
    """Tell whether the request comes from the portal's own pages, as far as the browser says."""
    expected = find(request, PortalSettings).url
    origin = request.headers.get("Origin")
    if origin is not None:
        return bool(origin == expected)
    site = request.headers.get("Sec-Fetch-Site")
    return site in {None, "same-origin"}

"""Where a sign-in may lead back to: a path of this portal and nothing else.

Browsers read « /\\host », « //host » and a path with a tab in it as another site's address, so what is accepted is an
alphabet and a shape, and whatever is outside of it leads nowhere.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from ...interfaces import ICatalogue
from ...pyramid_types import PortalRequest
from ...services import find

MAX_PATH_LENGTH = 1500
_CHARS = r"A-Za-z0-9._~%:@!$&'()*+,;="
_SHAPE = re.compile(rf"/(?:[{_CHARS}-][{_CHARS}/-]*)?(?:\?[{_CHARS}/?-]*)?")
#: Coming back there would loop, or act.
_NOT_BACK = ("/connexion", "/deconnexion")


def local_path(text: str | None) -> str:
    """Return ``text`` if it is a path of this portal, ``""`` otherwise."""
    if not text or len(text) > MAX_PATH_LENGTH or not _SHAPE.fullmatch(text):
        return ""
    parts = urlsplit(text)
    decoded = unquote(parts.path)
    if parts.scheme or parts.netloc or "//" in decoded or "\\" in decoded or not decoded.isprintable():
        return ""
    if any(segment in {".", ".."} for segment in decoded.split("/")):
        return ""
    if any(decoded == base or decoded.startswith(f"{base}/") for base in _NOT_BACK):
        return ""
    return text


def destination(return_path: str, service: str) -> str:
    """Return where a finished sign-in goes: back, or into the service, or to « Mon compte »."""
    back = local_path(return_path)
    if back:
        return back
    return f"/services/{quote(service, safe='')}" if service else "/compte"


def let_form_end_at(request: PortalRequest, service: str) -> None:
    """Let this page's form end at the service's own origin: Chromium judges the whole chain of redirects."""
    found = find(request, ICatalogue).get(service) if service else None
    if found is not None and found.address:
        request.content_policy.allow_form_target(found.address)

"""``/.well-known/security.txt`` (RFC 9116): whom to tell of a vulnerability, from the file that the operator wrote.

The file is published byte by byte, so that it may be signed. It is checked at the start; ``doctor`` says when it ends.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from .directives import report_problems
from .errors import Problem
from .pyramid_types import Configurator, PortalRequest
from .services import find
from .settings import FoundationSettings
from .text_files import BadTextFile, read_text

KEY = "portal.security_txt"
ROUTE, PATH = "esea.security_txt", "/.well-known/security.txt"

Problems = list[Problem]


def security_txt(request: PortalRequest) -> Response:
    """View: the operator's file; a portal without one has no such address."""
    path = find(request, FoundationSettings).security_txt
    if not path:
        raise HTTPNotFound
    return Response(Path(path).read_bytes(), content_type="text/plain", charset="utf-8")


def check_security_txt(path: str, where: str) -> Problems:
    """Return what RFC 9116 finds missing in the file. :param where: the ini file, for messages."""
    try:
        text = read_text(Path(path))
    except BadTextFile as bad:
        return [Problem(KEY, where, f"names a file that {bad}", bad.cure)]
    problems = []
    if not re.search(r"(?im)^contact:[ \t]*(mailto:|tel:|https://)\S+[ \t]*\r?$", text):
        cure = "add a line such as `Contact: mailto:securite@exemple.fr`"
        problems.append(Problem(KEY, where, "names a file that has no Contact", cure))
    if expires(text) is None:
        cure = "write one line `Expires: 2027-06-30T22:00:00.000Z`, less than a year ahead"
        problems.append(Problem(KEY, where, "names a file that has no Expires, or more than one", cure))
    return problems


def expires(text: str) -> datetime | None:
    """Return the moment after which the file counts no more, ``None`` unless it is told exactly once."""
    found = re.findall(r"(?im)^expires:[ \t]*(\S+)[ \t]*\r?$", text)
    try:
        moment = datetime.fromisoformat(found[0]) if len(found) == 1 else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def includeme(config: Configurator) -> None:
    """Declare the address; stop the start when the file is not what it must be."""
    settings = config.registry.settings
    if settings.get(KEY):
        report_problems(config, check_security_txt(str(settings[KEY]), settings.get("__file__", "")))
    config.add_route(ROUTE, PATH)
    config.add_view(
        lambda context, request: security_txt(request),
        route_name=ROUTE,
        request_method="GET",
        permission=NO_PERMISSION_REQUIRED,
        any_host=True,
    )

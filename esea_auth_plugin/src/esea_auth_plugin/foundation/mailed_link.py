"""Pages that mailed links lead to: the secret leaves the address first, a GET shows, a POST acts.

A package adds a subclass of :class:`MailedLink` to the tree and binds its views to it. A GET of the address with the
secret moves it into a cookie and redirects to the address without it: no secret stays in a history, a referrer or a
log of a proxy, and a mail scanner that follows the link uses nothing up.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import ClassVar

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED

from ..pyramid_types import Configurator, PortalRequest
from ..resources import Resource
from .web.cookies import drop_cookie, read_link_cookie, set_cookie

#: Time to fill the page in; the secret itself ends when it ends.
TTL = timedelta(minutes=30)
#: What may enter a cookie; anything else can be no secret of ours.
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,128}")


class MailedSecret(Resource):
    """A secret as it stands in the address; any has a resource, so that wrong ones are answered like right ones."""


class MailedLink(Resource):
    """The page of a mailed link, once the secret has left the address.

    :cvar cookie: name of the cookie that holds the secret. :cvar views: names of further views of the page; anything
        else below it is taken for a secret.
    """

    cookie: ClassVar[str]
    views: ClassVar[frozenset[str]] = frozenset()

    def child(self, key: str) -> Resource:
        """Return a resource for any secret: it is checked at its use, not while it is looked up."""
        if key in self.views:
            raise KeyError(key)
        return MailedSecret(self.request, self, key)

    @property
    def secret(self) -> str | None:
        """The secret that this browser brought here.

        :raises CookiesNeeded: the browser refuses cookies.
        """
        return read_link_cookie(self.request, self.cookie)

    def forget(self) -> None:
        """Clear the cookie: the secret has served."""
        drop_cookie(self.request, self.cookie)

    def gone_unless(self, found: object) -> None:
        """Answer 410 when the secret leads to nothing (any more)."""
        if found is None:
            self.request.response.status_int = 410


def _move_into_cookie(context: MailedSecret, request: PortalRequest) -> HTTPSeeOther:
    """Take the secret out of the address. Nothing is checked and nothing is written here."""
    page: MailedLink = context.__parent__
    secret = context.__name__ if _SECRET.fullmatch(context.__name__) else "-"
    set_cookie(request, page.cookie, secret, max_age=TTL)
    return HTTPSeeOther(page.path)


def includeme(config: Configurator) -> None:
    """Add the one view of every address with a secret."""
    config.add_view(_move_into_cookie, context=MailedSecret, request_method="GET", permission=NO_PERMISSION_REQUIRED)

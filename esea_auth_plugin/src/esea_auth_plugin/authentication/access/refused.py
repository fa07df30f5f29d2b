"""A permission denied, with the reason that the page of refusals needs."""

from __future__ import annotations

from pyramid.security import Denied

from ...interfaces import Refusal


class Refused(Denied):
    """Falsy result of the policy; a view may raise ``HTTPForbidden(result=Refused(…))`` itself.

    :ivar service: slug of the service that asked for more, ``""`` for the portal itself.
    """

    refusal: Refusal
    permission: str
    service: str

    def __new__(cls, refusal: Refusal, permission: str, service: str = "") -> Refused:
        """Make it; ``msg`` names codes only, since it may reach a log."""
        made: Refused = super().__new__(cls, "%s: %s", permission, refusal.value)
        made.refusal, made.permission, made.service = refusal, permission, service
        return made

"""Places of the support: `/support/domaines`, and one a domain."""

from __future__ import annotations

from ...resources import Resource


class MailDomainOfDesk(Resource):
    """One domain; ``__name__`` is its name, right or wrong."""

    title = "Domaine"


class MailDomainsDesk(Resource):
    """`/support/domaines`."""

    title = "Domaines de messagerie"
    permission = "esea.support.domains"

    def child(self, key: str) -> Resource:
        """Return the place of a domain; the view answers 404 for one that nobody has."""
        return MailDomainOfDesk(self.request, self, key)

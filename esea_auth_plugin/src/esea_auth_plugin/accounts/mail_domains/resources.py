"""Resources of the support: `/support/domaines`, and one a domain."""

from __future__ import annotations

from ...resources import Resource


class SupportMailDomainResource(Resource):
    """One domain; ``__name__`` is its name, right or wrong."""

    title = "Domaine"


class SupportMailDomainsResource(Resource):
    """`/support/domaines`."""

    title = "Domaines de messagerie"
    permission = "esea.support.domains"

    def child(self, key: str) -> Resource:
        """Return the place of a domain; the view answers 404 for one that nobody has."""
        return SupportMailDomainResource(self.request, self, key)

"""Resources of the accounts: ``/compte`` for each person, ``/support/comptes`` for the support."""

from __future__ import annotations

from zope.interface import implementer

from ..interfaces import IAccountRoot
from ..resources import Resource


@implementer(IAccountRoot)
class AccountResource(Resource):
    """« Mon compte »."""

    title = "Mon compte"


class ProfileResource(Resource):
    """« Mes données personnelles »."""

    title = "Mes données personnelles"


class TownsResource(Resource):
    """The towns of a postal code, for the forms that ask for an address."""


class SupportAccountResource(Resource):
    """One account, as the support sees it; ``__name__`` is its subject, right or wrong."""

    title = "Compte"


class SupportAccountsResource(Resource):
    """The accounts, for the support."""

    title = "Comptes"

    def child(self, key: str) -> Resource:
        """Return the place of a subject; the view answers 404 for an unknown one."""
        return SupportAccountResource(self.request, self, key)

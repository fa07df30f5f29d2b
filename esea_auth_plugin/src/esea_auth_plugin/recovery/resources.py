"""Places of recovery, and of changing one's password."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface, implementer

from ..resources import Resource

#: Name of the view that begins the other factor's stage; no token is so short.
FACTOR_VIEW = "facteur"


class IForgottenPlace(Interface):
    """`/connexion/oubli`."""


class IResetPlace(Interface):
    """`/connexion/reinitialisation`: the new password, once the token has left the address."""


class IResetToken(Interface):
    """`/connexion/reinitialisation/JETON`: what the mailed link opens."""


class IPasswordPlace(Interface):
    """`/compte/mot-de-passe`."""


@implementer(IForgottenPlace)
class ForgottenPlace(Resource):
    """See :class:`IForgottenPlace`."""

    title = "Mot de passe ou identifiant oublié"


@implementer(IResetToken)
class ResetToken(Resource):
    """A token as it stands in the address; whoever it is, the view judges it."""


@implementer(IResetPlace)
class ResetPlace(Resource):
    """See :class:`IResetPlace`."""

    title = "Nouveau mot de passe"

    def child(self, key: str) -> Any:
        """Return a place for any token: an unknown one is judged at its use, not while it is looked up."""
        if key == FACTOR_VIEW:
            raise KeyError(key)
        return ResetToken(self.request, self, key)


@implementer(IPasswordPlace)
class PasswordPlace(Resource):
    """See :class:`IPasswordPlace`."""

    title = "Modifier mon mot de passe"

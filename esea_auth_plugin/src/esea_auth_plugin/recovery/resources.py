"""Resources of recovery, and of changing one's password."""

from __future__ import annotations

from ..resources import Resource

#: Name of the view that begins the other factor's stage; no token is so short.
FACTOR_VIEW = "facteur"


class ForgottenResource(Resource):
    """`/connexion/oubli`."""

    title = "Mot de passe ou identifiant oublié"


class ResetToken(Resource):
    """A token as it stands in the address; whoever it is, the view judges it."""


class ResetResource(Resource):
    """`/connexion/reinitialisation`: the new password, once the token has left the address."""

    title = "Nouveau mot de passe"

    def child(self, key: str) -> Resource:
        """Return a place for any token: an unknown one is judged at its use, not while it is looked up."""
        if key == FACTOR_VIEW:
            raise KeyError(key)
        return ResetToken(self.request, self, key)


class PasswordResource(Resource):
    """`/compte/mot-de-passe`."""

    title = "Modifier mon mot de passe"

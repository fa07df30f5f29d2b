"""Resources of recovery, and of changing one's password."""

from __future__ import annotations

from ..foundation.mailed_link import MailedLink
from ..resources import Resource

#: Name of the view that begins the other factor's stage; no token is so short.
FACTOR_VIEW = "facteur"


class ForgottenResource(Resource):
    """`/connexion/oubli`."""

    title = "Mot de passe ou identifiant oublié"


class ResetResource(MailedLink):
    """`/connexion/reinitialisation`: the new password, once the token has left the address."""

    title = "Nouveau mot de passe"
    cookie = "reinitialisation"
    views = frozenset({FACTOR_VIEW})


class PasswordResource(Resource):
    """`/compte/mot-de-passe`."""

    title = "Modifier mon mot de passe"

"""Resources of the sign-up, under ``/inscription``."""

from __future__ import annotations

from ..foundation.mailed_link import MailedLink
from ..resources import Resource


class Confirmation(MailedLink):
    """« Confirmer mon compte »."""

    title = "Confirmation du compte"
    cookie = "confirmation"
    views = frozenset({"nouveau-mot-de-passe"})


class Invitation(MailedLink):
    """« Ouvrir mon compte » after an invitation."""

    title = "Invitation"
    cookie = "invitation"


class Resumption(MailedLink):
    """« Compléter ma demande »."""

    title = "Reprise de la demande"
    cookie = "complement"


class SignUpResource(Resource):
    """The sign-up."""

    title = "Inscription"
    _children = {"confirmation": Confirmation, "invitation": Invitation, "complement": Resumption}  # noqa: RUF012

    def child(self, key: str) -> Resource:
        """Return the places that mailed links lead to."""
        return self._children[key](self.request, self, key)

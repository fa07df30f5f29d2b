"""Resources of the sign-up, under ``/inscription``."""

from __future__ import annotations

from ..resources import Resource


class MailedToken(Resource):
    """A token on its way into the flow's cookie."""


class _TokenResource(Resource):
    #: Pages of the place; any other name is taken for a token.
    pages: frozenset[str] = frozenset()

    def child(self, key: str) -> Resource:
        """Any token has a place, so that wrong ones are answered by the same view as right ones."""
        if key in self.pages:
            raise KeyError(key)
        return MailedToken(self.request, self, key)


class Confirmation(_TokenResource):
    """« Confirmer mon compte »."""

    title = "Confirmation du compte"
    pages = frozenset({"nouveau-mot-de-passe"})


class Invitation(_TokenResource):
    """« Ouvrir mon compte » after an invitation."""

    title = "Invitation"


class Resumption(_TokenResource):
    """« Compléter ma demande »."""

    title = "Reprise de la demande"


class SignUpResource(Resource):
    """The sign-up."""

    title = "Inscription"
    _children = {"confirmation": Confirmation, "invitation": Invitation, "complement": Resumption}  # noqa: RUF012

    def child(self, key: str) -> Resource:
        """Return the places that mailed links lead to."""
        return self._children[key](self.request, self, key)

"""Places of the sign-up, under ``/inscription``."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface, implementer

from ..resources import Resource


class ISignUp(Interface):
    """``/inscription``: the four steps, the waiting page, the follow-up."""


class IConfirmation(Interface):
    """``/inscription/confirmation``, reached by a link that holds a token."""


class IInvitation(Interface):
    """``/inscription/invitation``."""


class IResumption(Interface):
    """``/inscription/complement``: the filled form again."""


class IMailedToken(Interface):
    """A token of a mailed link, as the last segment of an address; right or wrong is the view's to judge."""


@implementer(IMailedToken)
class MailedToken(Resource):
    """A token on its way into the flow's cookie."""


class _TokenPlace(Resource):
    #: Pages of the place; any other name is taken for a token.
    pages: frozenset[str] = frozenset()

    def child(self, key: str) -> Any:
        """Any token has a place, so that wrong ones are answered by the same view as right ones."""
        if key in self.pages:
            raise KeyError(key)
        return MailedToken(self.request, self, key)


@implementer(IConfirmation)
class Confirmation(_TokenPlace):
    """« Confirmer mon compte »."""

    title = "Confirmation du compte"
    pages = frozenset({"nouveau-mot-de-passe"})


@implementer(IInvitation)
class Invitation(_TokenPlace):
    """« Ouvrir mon compte » after an invitation."""

    title = "Invitation"


@implementer(IResumption)
class Resumption(_TokenPlace):
    """« Compléter ma demande »."""

    title = "Reprise de la demande"


@implementer(ISignUp)
class SignUpPlace(Resource):
    """The sign-up."""

    title = "Inscription"
    _children = {"confirmation": Confirmation, "invitation": Invitation, "complement": Resumption}  # noqa: RUF012

    def child(self, key: str) -> Any:
        """Return the places that mailed links lead to."""
        return self._children[key](self.request, self, key)

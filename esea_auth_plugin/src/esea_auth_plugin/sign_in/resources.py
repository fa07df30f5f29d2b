"""Resources of the sign-in: `/connexion`, one a mode, one an action of a mode, and the pages around."""

from __future__ import annotations

from zope.interface import alsoProvides, implementer

from ..authentication.contract import AuthMode
from ..authentication.registry import modes_of
from ..interfaces import ISignInRoot
from ..pyramid_types import PortalRequest
from ..resources import Resource

#: Last segment of the address that a waiting page asks.
POLL = "attente"


@implementer(ISignInRoot)
class SignInResource(Resource):
    """The sign-in; its modes are found by the segment of their address."""

    title = "Connexion"

    def child(self, key: str) -> Resource:
        """Return the place of an enabled mode."""
        mode = modes_of(self.request).at(key)
        if mode is None:
            raise KeyError(key)
        return ModeResource(self.request, self, key, mode)


class ModeResource(Resource):
    """One mode, with the actions of every stage that leads through it."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, mode: AuthMode) -> None:
        super().__init__(request, parent, name)
        self.mode = mode
        if mode.place is not None:
            alsoProvides(self, mode.place)

    def child(self, key: str) -> Resource:
        """Return the place of a callback of this mode, or of an action that some enabled mode declares."""
        if key == POLL:
            return PollResource(self.request, self, key)
        if key in self.mode.callbacks:
            return CallbackResource(self.request, self, key)
        if any(key in mode.actions for mode in modes_of(self.request).all()):
            return ActionResource(self.request, self, key)
        raise KeyError(key)


class CallbackResource(Resource):
    """`/connexion/SEGMENT/RETOUR`: where another site sends the browser back, by GET."""


class PollResource(Resource):
    """`/connexion/SEGMENT/attente`: asked by a page that waits."""


class ActionResource(Resource):
    """An action of the stage where the sign-in stands."""


class TermsResource(Resource):
    """`/connexion/conditions`: the CGU, before any service opens."""

    title = "Conditions d'utilisation"


class SavedFormResource(Resource):
    """`/connexion/reprise`: a form sent after the session's end."""

    title = "Reprendre votre formulaire"


class SignOutResource(Resource):
    """`/connexion/deconnexion`."""

    title = "Déconnexion"

"""Places of the sign-in: `/connexion`, one place a mode, one an action of a mode, and the pages around."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface, alsoProvides, implementer

from ..authentication.contract import AuthMode
from ..authentication.registry import modes_of
from ..interfaces import ISignInRoot
from ..resources import Resource

#: Last segment of the address that a waiting page asks.
POLL = "attente"


class IModePlace(Interface):
    """`/connexion/SEGMENT`: one mode."""


class ICallbackPlace(Interface):
    """`/connexion/SEGMENT/RETOUR`: where another site sends the browser back, by GET."""


class IPollPlace(Interface):
    """`/connexion/SEGMENT/attente`: asked by a page that waits."""


class IActionPlace(Interface):
    """`/connexion/SEGMENT/ACTION`: a POST of the mode's own, e.g. another code."""


class ITermsPlace(Interface):
    """`/connexion/conditions`: the CGU, before any service opens."""


class IParkedPlace(Interface):
    """`/connexion/reprise`: a form sent after the session's end."""


class ISignOutPlace(Interface):
    """`/connexion/deconnexion`."""


@implementer(ISignInRoot)
class SignInPlace(Resource):
    """The sign-in; its modes are found by the segment of their address."""

    title = "Connexion"

    def child(self, key: str) -> Any:
        """Return the place of an enabled mode."""
        mode = modes_of(self.request).at(key)
        if mode is None:
            raise KeyError(key)
        return ModePlace(self.request, self, key, mode)


@implementer(IModePlace)
class ModePlace(Resource):
    """One mode, with the actions of every stage that leads through it."""

    def __init__(self, request: Any, parent: Any, name: str, mode: AuthMode) -> None:
        super().__init__(request, parent, name)
        self.mode = mode
        if mode.place is not None:
            alsoProvides(self, mode.place)

    def child(self, key: str) -> Any:
        """Return the place of a callback of this mode, or of an action that some enabled mode declares."""
        if key == POLL:
            return PollPlace(self.request, self, key)
        if key in self.mode.callbacks:
            return CallbackPlace(self.request, self, key)
        if any(key in mode.actions for mode in modes_of(self.request).all()):
            return ActionPlace(self.request, self, key)
        raise KeyError(key)


@implementer(ICallbackPlace)
class CallbackPlace(Resource):
    """See :class:`ICallbackPlace`."""


@implementer(IPollPlace)
class PollPlace(Resource):
    """See :class:`IPollPlace`."""


@implementer(IActionPlace)
class ActionPlace(Resource):
    """An action of the stage where the sign-in stands."""


@implementer(ITermsPlace)
class TermsPlace(Resource):
    """See :class:`ITermsPlace`."""

    title = "Conditions d'utilisation"


@implementer(IParkedPlace)
class ParkedPlace(Resource):
    """See :class:`IParkedPlace`."""

    title = "Reprendre votre formulaire"


@implementer(ISignOutPlace)
class SignOutPlace(Resource):
    """See :class:`ISignOutPlace`."""

    title = "Déconnexion"

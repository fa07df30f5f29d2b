"""Signs a person in by what they have just proven elsewhere, through the last stage of any sign-in."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ..authentication.attempts.store import TTL, SignIn, SignIns
from ..authentication.registry import modes_of
from ..foundation.database import new_id
from ..interfaces import Factor, ICatalogue, ModeStatus, Proof
from ..pyramid_types import PortalRequest, Registry
from ..services import current_time, find
from .finishing import after_last_stage

_SIGN_IN_PAGE = "/connexion"
#: RFC 8176 values of what is proven without a mode.
_MEANS = {Factor.PASSWORD: "pwd", Factor.MAILBOX: "otp"}


class ProvenSignIns:
    """See :class:`~esea_auth_plugin.interfaces.IProvenSignIns`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def sign_in(self, request: PortalRequest, session: Session, subject: str, factors: Mapping[str, Factor]) -> str:
        """See the interface."""
        if not self._admitted(tuple(factors)):
            return _SIGN_IN_PAGE
        now = current_time(self._registry)
        stages = tuple(factors)
        found = SignIn(
            id=new_id(),
            service="",
            return_path="",
            recent=False,
            mode=stages[-1],
            stages=stages,
            stage=stages[-1],
            subject=subject,
            proofs=tuple(
                Proof(mode=mode, factors=frozenset({factor}), means=(_MEANS[factor],), at=now)
                for mode, factor in factors.items()
            ),
            session_id=None,
            state={},
            ends_at=now + TTL,
        )
        signins = find(self._registry, SignIns)
        signins.abandon(request, session)
        signins.start(request, session, found)
        return after_last_stage(request, found)

    def _admitted(self, modes: tuple[str, ...]) -> bool:
        """The last mode is the one that the portal admits; those before it are its stages."""
        catalogue = find(self._registry, ICatalogue)
        portal = catalogue.get("portail")
        if portal is None or any(modes_of(self._registry).get(mode) is None for mode in modes):
            return False
        return catalogue.status_of(portal, modes[-1], current_time(self._registry)) is ModeStatus.OPEN

"""Ends a credential, whoever asks for it: what it opened ends too, and nobody is left without any way in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ...errors import PortalError
from ...events import DeviceRevoked
from ...foundation.database import lock_accounts
from ...interfaces import IAuditTrail, IMaximumLevel, Level
from ...pyramid_types import PortalRequest, Registry
from ...services import find
from ..contract import AuthMode, Credential


class LastAuthenticator(PortalError):
    """Without it the person could not sign in any more."""

    code = "devices.last"


class Revoking:
    """Revocations of credentials."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def by_owner(self, request: PortalRequest, mode: AuthMode, credential: Credential) -> None:
        """End one of the signed-in person's own.

        :raises LastAuthenticator: it is the last thing they can sign in with; nothing was changed.
        """
        subject, address = request.identity.subject, request.client_address
        self.unless_last(request.dbsession, subject, mode, credential, by=subject, reason="owner", address=address)

    def unless_last(
        self,
        session: Session,
        subject: str,
        mode: AuthMode,
        credential: Credential,
        *,
        by: str | None,
        reason: str,
        address: str = "",
    ) -> None:
        """End a credential if something else still opens the account.

        :raises LastAuthenticator: see :meth:`by_owner`.
        """
        lock_accounts(self._registry, session, subject)
        with session.begin_nested():
            self.carry_out(session, subject, mode, credential, by=by, reason=reason, address=address)
            if find(self._registry, IMaximumLevel).of(session, subject) is Level.NONE:
                raise LastAuthenticator(
                    "C’est votre seul moyen de connexion. Ajoutez-en un autre, ou un mot de passe, avant de le retirer."
                )

    def carry_out(
        self,
        session: Session,
        subject: str,
        mode: AuthMode,
        credential: Credential,
        *,
        by: str | None,
        reason: str,
        address: str = "",
        told: bool = False,
    ) -> bool:
        """End a credential, and by its event what rests on it; ``False`` if it was not the person's any more.

        :param told: the person is told of it together with other things.
        """
        lock_accounts(self._registry, session, subject)
        if not mode.revoke(session, subject, credential.reference, reason=reason):
            return False
        find(self._registry, IAuditTrail).record(
            session,
            "device.revoked",
            actor=by,
            target=subject,
            details={"mode": mode.name, "reference": credential.reference, "reason": reason},
            personal={"address": address, "label": credential.label},
        )
        kind = credential.kind or mode.title
        self._registry.notify(
            DeviceRevoked(session, subject, mode.name, credential.reference, kind, credential.label, told=told)
        )
        return True

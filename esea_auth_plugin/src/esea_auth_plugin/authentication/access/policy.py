"""The security policy: who is behind a request, and whether a permission is granted.

One short read transaction a request, four queries: session, account, roles, grants. Whatever can't be read counts
for nobody.
"""

from __future__ import annotations

from typing import Any

from pyramid.request import RequestLocalCache
from pyramid.security import Allowed

from ...directives import permissions_of
from ...foundation.database import IDatabase
from ...interfaces import AccountState, IAccounts, Identity, IGrants, IPermissionEvaluator, IRoles, ISessions
from ...levels import level_of, mail_code_barred
from ...pyramid_types import PortalRequest, Registry
from ...services import current_time, find, offers
from ...settings import WANTED_MEANS, AuthSettings
from .refused import Refused


class PortalPolicy:
    """Pyramid's security policy of the full plugin; a host may set its own instead."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._cache = RequestLocalCache(self._assemble)

    @property
    def _demanded(self) -> bool:
        return find(self._registry, AuthSettings).second_means == "demanded"

    def identity(self, request: PortalRequest) -> Identity | None:
        """Return the person behind the request, read once."""
        found: Identity | None = self._cache.get_or_create(request)
        return found

    def authenticated_userid(self, request: PortalRequest) -> str | None:
        """Return the person's subject."""
        identity = self.identity(request)
        return identity.subject if identity else None

    def permits(self, request: PortalRequest, context: object, permission: str) -> Any:
        """Judge a permission; the context plays no part, so that no place can widen what a permission says."""
        refusal = find(self._registry, IPermissionEvaluator).judge(self.identity(request), permission)
        if refusal is None:
            return Allowed("%s", permission)
        rule = permissions_of(self._registry).get(permission)
        return Refused(refusal, permission, (rule.service if rule else None) or "")

    def remember(self, request: PortalRequest, userid: str, **kw: object) -> list[tuple[str, str]]:
        """Sessions are opened through :class:`ISessions`, by a finished sign-in only."""
        raise TypeError("open sessions through ISessions")

    def forget(self, request: PortalRequest, **kw: object) -> list[tuple[str, str]]:
        """End the browser's session."""
        find(self._registry, ISessions).close(request)
        return []

    def renew(self, request: PortalRequest) -> None:
        """Forget what was read: the session of this request has just changed."""
        self._cache.clear(request)

    def _assemble(self, request: PortalRequest) -> Identity | None:
        sessions = find(self._registry, ISessions)
        if not sessions.cookie_digest(request):
            return None
        with find(self._registry, IDatabase).reading() as session:
            signed_in = sessions.current(request, session)
            if signed_in is None:
                return None
            account = find(self._registry, IAccounts).by_subject(session, signed_in.subject)
            # Suspended or closed: nobody at once, whatever sessions are left (threat-model.md row 23).
            if account is None or account.state is not AccountState.ACTIVE:
                return None
            roles, suspended = find(self._registry, IRoles).usable_and_suspended(session, signed_in.subject)
            grants = (
                find(self._registry, IGrants).services_of(session, signed_in.subject)
                if offers(self._registry, IGrants)
                else frozenset[str]()
            )
            barred = mail_code_barred(account, current_time(self._registry))
            level = level_of(signed_in.proofs, mail_code_barred=barred)
        return Identity(
            subject=account.subject,
            display_name=account.display_name,
            email=account.email,
            first_name=account.first_name,
            last_name=account.last_name,
            identifier=account.identifier,
            roles=roles,
            suspended_roles=suspended,
            services=grants,
            level=level,
            owned=account.level_owned,
            devices_held=account.devices_held,
            lacks_second_factor=self._demanded and account.devices_held < WANTED_MEANS,
            email_doubted=account.email_doubted_at is not None,
            email_doubt_reason=account.email_doubt_reason,
            proofs=signed_in.proofs,
            session_id=signed_in.id,
        )

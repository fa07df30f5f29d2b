"""Decides whether an external identity may be linked to an account, and does what follows. See :class:`ILinking`.

What the attacks were (Keycloak CVE-2026-97175, CVE-2026-9087, CVE-2025-7365; Zitadel CVE-2026-105207): a link by an
unverified e-mail, by a proof that was not bound to the identity, or from a session that had proven too little. Here
only a number that somebody proved before links silently, and the pages that call this ask for the account's highest
level.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from ..accounts import attribute_store
from ..accounts.service import account_id_of
from ..errors import PortalError
from ..events import DeviceAdded
from ..interfaces import (
    ExternalIdentity,
    IAccounts,
    IAuditTrail,
    IExternalIdentities,
    ILinking,
    IOwnedLevel,
    IReviews,
    ISealer,
    Level,
    LinkVerdict,
    PendingIdentity,
)
from ..services import find
from .comparing import NUMBERS, Match, match_number, same_name
from .models import IdentityLinkRequest
from .sealed import seal

KIND = "identity_link"
KIND_WORDS = {"card": "Carte CPS", "psc": "Pro Santé Connect"}


class Linking:
    """See :class:`~esea_auth_plugin.interfaces.ILinking`."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def judge(self, session: Session, account: str, identity: ExternalIdentity) -> LinkVerdict:
        """See the interface."""
        external = find(self._registry, IExternalIdentities)
        link = external.find(session, identity.issuer, identity.subject)
        if link is not None:
            return LinkVerdict.ALREADY if link.account == account else LinkVerdict.ELSEWHERE
        values = find(self._registry, IAccounts).attributes(session, account)
        account_id = account_id_of(session, account)
        said = {name: origin for name, (origin, _) in attribute_store.origins(session, account_id or "").items()}
        matches = [match_number(name, identity, values, said) for name in NUMBERS]
        if Match.DIFFERENT in matches or not same_name(identity.attributes, values):
            return LinkVerdict.REFUSED
        if self.number_holder(session, account, identity) is not None:
            return LinkVerdict.ELSEWHERE
        return LinkVerdict.AT_ONCE if Match.PROVEN in matches else LinkVerdict.REVIEW

    def number_holder(self, session: Session, account: str, identity: ExternalIdentity) -> str | None:
        """Return another account to which a number of this identity was proven."""
        external = find(self._registry, IExternalIdentities)
        for name in NUMBERS:
            for holder in external.holders(session, name, identity.attributes.get(name, "")):
                if holder.proven and holder.account != account:
                    return holder.account
        return None

    def carry_out(
        self, session: Session, account: str, identity: ExternalIdentity, *, mode: str, claimed: bool = False
    ) -> LinkVerdict:
        """See the interface."""
        verdict = self.judge(session, account, identity)
        if claimed and verdict is LinkVerdict.REVIEW and self._both_proven(session, account, identity):
            verdict = LinkVerdict.AT_ONCE
        if verdict is LinkVerdict.AT_ONCE:
            self.link(session, account, identity, mode=mode)
        elif verdict in {LinkVerdict.REVIEW, LinkVerdict.ELSEWHERE}:
            self._ask_support(session, account, identity, verdict, mode)
        if verdict in {LinkVerdict.REFUSED, LinkVerdict.ELSEWHERE}:
            find(self._registry, IAuditTrail).record(
                session,
                "identity.link_refused",
                outcome="refused",
                actor=account,
                target=account,
                details={"kind": identity.kind, "mode": mode, "verdict": verdict.value},
            )
        return verdict

    def _both_proven(self, session: Session, account: str, identity: ExternalIdentity) -> bool:
        """Tell whether a declared number that its person claimed is enough: they have just proven both sides.

        The identity names them by the number that the account declares, and the account was opened at its highest
        level a moment ago (the pages ask for it), with more than a password and a mailbox: whoever reads somebody's
        mail would otherwise take over their account for good.
        """
        values = find(self._registry, IAccounts).attributes(session, account)
        if not any(match_number(name, identity, values, {}) is Match.DECLARED for name in NUMBERS):
            return False
        named = all(side.get(name) for side in (identity.attributes, values) for name in ("last_name", "first_name"))
        return named and find(self._registry, IOwnedLevel).of(session, account) >= Level.TWO_FACTORS

    def link(
        self, session: Session, account: str, identity: ExternalIdentity, *, mode: str, by: str | None = None
    ) -> None:
        """Link it and tell the rooms that a device was added."""
        link = find(self._registry, IExternalIdentities).link(session, account, identity, by=by)
        kind = KIND_WORDS.get(identity.kind, identity.kind)
        self._registry.notify(DeviceAdded(session, account, mode, link.id, kind, link.label or kind))

    def _ask_support(
        self, session: Session, account: str, identity: ExternalIdentity, verdict: LinkVerdict, mode: str
    ) -> None:
        person = find(self._registry, IAccounts).by_subject(session, account)
        name = person.display_name if person else ""
        review = find(self._registry, IReviews).open(
            session,
            KIND,
            title=f"{name} – {KIND_WORDS.get(identity.kind, identity.kind)}",
            author=account,
            topic=identity.kind,
            search=f"{name} {person.identifier if person else ''} {identity.attributes.get('rpps', '')}",
        )
        elsewhere = None
        if verdict is LinkVerdict.ELSEWHERE:
            link = find(self._registry, IExternalIdentities).find(session, identity.issuer, identity.subject)
            elsewhere = link.account if link else self.number_holder(session, account, identity)
        session.add(
            IdentityLinkRequest(
                request_id=review.id,
                subject=account,
                mode=mode,
                elsewhere=elsewhere,
                sealed=seal(find(self._registry, ISealer), PendingIdentity(identity, mode), review.id),
            )
        )
        session.flush()


def message_of(verdict: LinkVerdict, what: str) -> tuple[str, str]:
    """Return what to tell the person, and the kind of notice."""
    if verdict is LinkVerdict.AT_ONCE:
        return f"{what} : c’est ajouté. Vous pouvez vous en servir dès la prochaine connexion.", "success"
    if verdict is LinkVerdict.ALREADY:
        return f"{what} : elle est déjà liée à votre compte.", "info"
    if verdict is LinkVerdict.REFUSED:
        return (
            f"{what} : l’identité lue n’est pas celle de votre compte (nom ou numéro différent). Rien n’a été lié. "
            "Si votre nom a changé, écrivez au support.",
            "warning",
        )
    return (
        f"{what} : le support doit vérifier qu’il s’agit bien de vous. Votre demande lui est transmise ; "
        "sa réponse arrivera par courriel.",
        "info",
    )


def linking_of(registry: Any) -> Linking:
    """Return this room's own service, with more than the interface says."""
    found = find(registry, ILinking)
    if not isinstance(found, Linking):  # a host replaced it: then it replaces the desk's kind too
        raise PortalError("Cette action n’est pas disponible ici.", code="linking.replaced")
    return found

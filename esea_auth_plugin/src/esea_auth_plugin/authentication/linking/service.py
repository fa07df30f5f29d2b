"""Decides whether an external identity may be linked to an account, and does what follows. See :class:`ILinking`.

What the attacks were (Keycloak CVE-2026-97175, CVE-2026-9087, CVE-2025-7365; Zitadel CVE-2026-105207): a link by an
unverified e-mail, by a proof that was not bound to the identity, or from a session that had proven too little. Here
only a number that an authority proved before links silently, to an account of the same name, and the pages that call
this ask for the account's highest level. Every mode links through this service: nothing else inserts a link.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ...accounts import attribute_store
from ...accounts.external import ExternalIdentities
from ...accounts.service import account_id_of
from ...errors import PortalError
from ...events import DeviceAdded, FirstLinked
from ...foundation.database import lock_accounts
from ...interfaces import (
    PROVEN_ORIGINS,
    ExternalIdentity,
    ExternalLink,
    IAccounts,
    IAuditTrail,
    IExternalIdentities,
    IFirstLinks,
    IMaximumLevel,
    IReviews,
    ISealer,
    ISessions,
    Level,
    LinkBasis,
    LinkVerdict,
    PendingIdentity,
)
from ...pyramid_types import PortalRequest, Registry
from ...services import find, offers
from .comparison import NUMBERS, Match, both_named, match_number, same_person
from .models import IdentityLinkRequest
from .sealed import seal

KIND = "identity_link"
KIND_WORDS = {"card": "Carte CPS", "psc": "Pro Santé Connect"}
#: The account was made from it, or it is another identifier of what is linked already: there is nothing to tell.
_NOT_TOLD = frozenset({LinkBasis.SIGN_UP, LinkBasis.RENUMBERED})


class Linking:
    """See :class:`~esea_auth_plugin.interfaces.ILinking`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def judge(self, session: Session, account: str, identity: ExternalIdentity) -> LinkVerdict:
        """See the interface."""
        external = find(self._registry, IExternalIdentities)
        link = external.find(session, identity.issuer, identity.subject)
        if link is not None:
            return LinkVerdict.ALREADY if link.account == account else LinkVerdict.ELSEWHERE
        values, said = self._known(session, account)
        matches = [match_number(name, identity, values, said) for name in NUMBERS]
        if Match.DIFFERENT in matches or not same_person(identity, values):
            return LinkVerdict.REFUSED
        if self.number_holder(session, account, identity) is not None:
            return LinkVerdict.ELSEWHERE
        certain = Match.PROVEN in matches and both_named(identity, values)
        return LinkVerdict.AT_ONCE if certain else LinkVerdict.REVIEW

    def number_holder(self, session: Session, account: str, identity: ExternalIdentity) -> str | None:
        """Return another account to which a number of this identity was proven."""
        external = find(self._registry, IExternalIdentities)
        for name in NUMBERS:
            for holder in external.holders(session, name, identity.attributes.get(name, "")):
                if holder.proven and holder.account != account:
                    return holder.account
        return None

    def carry_out(
        self,
        session: Session,
        account: str,
        identity: ExternalIdentity,
        *,
        mode: str,
        claimed: bool = False,
        session_id: str = "",
    ) -> LinkVerdict:
        """See the interface."""
        lock_accounts(self._registry, session, account)
        verdict = self.judge(session, account, identity)
        if verdict is LinkVerdict.REVIEW and self._both_proven(session, account, identity, claimed=claimed):
            verdict = LinkVerdict.AT_ONCE
        if verdict is LinkVerdict.AT_ONCE:
            self.link(session, account, identity, mode=mode, basis=LinkBasis.BOTH_PROVEN, session_id=session_id)
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

    def _both_proven(self, session: Session, account: str, identity: ExternalIdentity, *, claimed: bool) -> bool:
        """Tell whether a number that no authority proved is enough: the person has just proven both sides.

        The identity names them by the number that the account declares (and that they claimed) or that a reviewer
        marked as proven, and the account was opened at its highest level a moment ago (the pages ask for it), with
        more than a password and a mailbox: whoever reads somebody's mail would otherwise take over their account for
        good.
        """
        values, said = self._known(session, account)
        declared = [name for name in NUMBERS if match_number(name, identity, values, said) is Match.DECLARED]
        asked = claimed or any(said.get(name) in PROVEN_ORIGINS for name in declared)
        if not declared or not asked or not both_named(identity, values):
            return False
        return find(self._registry, IMaximumLevel).of(session, account) >= Level.TWO_FACTORS

    def link_at_sign_in(
        self,
        session: Session,
        account: str,
        identity: ExternalIdentity,
        *,
        mode: str,
        attempt: str,
        renumbered: bool = False,
    ) -> ExternalLink | None:
        """See the interface."""
        silent = {LinkVerdict.AT_ONCE, LinkVerdict.REVIEW} if renumbered else {LinkVerdict.AT_ONCE}
        if self.judge(session, account, identity) not in silent:
            return None
        basis = LinkBasis.RENUMBERED if renumbered else LinkBasis.NUMBER
        return self.link(session, account, identity, mode=mode, basis=basis, by=account, attempt=attempt)

    def link(
        self,
        session: Session,
        account: str,
        identity: ExternalIdentity,
        *,
        mode: str,
        basis: LinkBasis,
        by: str | None = None,
        session_id: str = "",
        attempt: str = "",
    ) -> ExternalLink:
        """See the interface."""
        external = _store(self._registry)
        first = not external.of_account(session, account)
        link = external.insert(session, account, identity, by=by)
        if basis in _NOT_TOLD:
            return link
        kind = KIND_WORDS.get(identity.kind, identity.kind)
        if first:
            # What the account had is stopped, or asked about, before the person is told.
            self._registry.notify(FirstLinked(session, account, mode, link.id, basis, session_id, attempt))
        self._registry.notify(DeviceAdded(session, account, mode, link.id, kind, link.label or kind, first_link=first))
        return link

    def _known(self, session: Session, account: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the account's attributes, and the origin of each."""
        values = find(self._registry, IAccounts).attributes(session, account)
        origins = attribute_store.origins(session, account_id_of(session, account) or "")
        return values, {name: origin for name, (origin, _) in origins.items()}

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


def after_link(request: PortalRequest) -> str | None:
    """Return the page that asks what the account keeps, if this was its first link."""
    if not offers(request, IFirstLinks):
        return None
    view = find(request, ISessions).current(request)
    return find(request, IFirstLinks).page_for(request.dbsession, request.identity.subject, view)


def _store(registry: Registry) -> ExternalIdentities:
    """Return the table's own service, with more than the interface says."""
    found = find(registry, IExternalIdentities)
    if not isinstance(found, ExternalIdentities):
        raise PortalError("Cette action n’est pas disponible ici.", code="linking.replaced")
    return found

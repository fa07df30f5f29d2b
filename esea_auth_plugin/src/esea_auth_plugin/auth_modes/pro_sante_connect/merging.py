"""Brings two accounts of one person into one: the preview, then the act, in the decision's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from ...errors import PortalError
from ...foundation.database import lock_accounts
from ...interfaces import (
    AccountState,
    AccountView,
    ExternalIdentity,
    ExternalLink,
    IAccounts,
    IAuditTrail,
    ICatalogue,
    IExternalIdentities,
    IGrants,
    ILinking,
    IOutbox,
    LinkBasis,
)
from ...pyramid_types import Registry
from ...services import find
from .models import PscIdentifier

LETTER = "pro_sante_connect.merged"
#: The mode that uses a kind of identity.
_MODES = {"card": "cps_card", "psc": "pro_sante_connect"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge moves from the account that ends to the one that stays.

    :ivar filled: attributes that only the ending account has. :ivar services: rights that only it has.
    """

    kept: str
    ended: str
    links: tuple[ExternalLink, ...]
    filled: Mapping[str, str]
    services: tuple[str, ...]


class Merging:
    """Plans and carries out merges."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def plan(self, session: Session, kept: str, ended: str) -> Plan:
        """Return what a merge would do; writes nothing."""
        accounts, grants = find(self._registry, IAccounts), find(self._registry, IGrants)
        own = accounts.attributes(session, kept)
        other = accounts.attributes(session, ended)
        return Plan(
            kept=kept,
            ended=ended,
            links=tuple(find(self._registry, IExternalIdentities).of_account(session, ended)),
            filled={name: value for name, value in other.items() if value and not own.get(name)},
            services=tuple(sorted(grants.services_of(session, ended) - grants.services_of(session, kept))),
        )

    def carry_out(self, session: Session, kept: str, ended: str, *, by: str, request_id: str) -> Plan:
        """Merge. The account that ends is closed: its sessions, rights and devices end with it.

        :raises PortalError: one of the two is not what it was.
        """
        accounts = find(self._registry, IAccounts)
        lock_accounts(self._registry, session, kept, ended)
        views = accounts.by_subjects(session, [kept, ended])
        if len(views) != 2 or views[kept].state is not AccountState.ACTIVE:
            raise PortalError("Le compte à garder doit être actif.", code="psc.merge_state")
        if by in {kept, ended}:
            raise PortalError("Cette demande vous concerne : une autre personne doit la traiter.", code="psc.merge_own")
        plan = self.plan(session, kept, ended)
        self._move_links(session, plan, by)
        session.execute(update(PscIdentifier).where(PscIdentifier.subject == ended).values(subject=kept))
        if plan.filled:
            accounts.change_attributes(session, kept, plan.filled, origin="support", by=by)
        for service in plan.services:
            find(self._registry, IGrants).give(session, kept, service, request_id=request_id, given_by=by)
        if not accounts.set_state(session, ended, AccountState.CLOSED, reason="merged", by=by):
            raise PortalError("Ce compte a changé entre-temps : relisez la demande.", code="psc.merge_state")
        find(self._registry, IAuditTrail).record(
            session,
            "account.merged",
            actor=by,
            target=kept,
            details={
                "ended": ended,
                "links": [link.id for link in plan.links],
                "services": list(plan.services),
                "attributes": sorted(plan.filled),
            },
        )
        self._notify(session, plan, views[kept], views[ended])
        return plan

    def _notify(self, session: Session, plan: Plan, kept: AccountView, ended: AccountView) -> None:
        """Write to both addresses: the person looks for their account with either, and a third party must object."""
        titles = [each.title for each in find(self._registry, ICatalogue).all() if each.slug in plan.services]
        values = {
            "name": kept.display_name,
            "identifier": kept.identifier,
            "ended": ended.identifier,
            "services": titles,
        }
        for address in dict.fromkeys((kept.email, ended.email)):
            find(self._registry, IOutbox).post(session, LETTER, to=address, values=values)

    def _move_links(self, session: Session, plan: Plan, by: str) -> None:
        identities, linking = find(self._registry, IExternalIdentities), find(self._registry, ILinking)
        for link in plan.links:
            identities.unlink(session, plan.ended, link.id, reason="merged", by=by)
            moved = ExternalIdentity(
                issuer=link.issuer,
                subject=link.subject,
                kind=link.kind,
                origin=link.kind if link.kind in {"card", "psc"} else "support",
                label=link.label,
                evidence=link.evidence,
            )
            # The support merges accounts of one person; what the one that stays had before is asked about all the same.
            linking.link(session, plan.kept, moved, mode=_MODES.get(link.kind, link.kind), basis=LinkBasis.MERGE, by=by)


def others(accounts: Sequence[str], kept: str) -> Sequence[str]:
    """Return the accounts that end when ``kept`` stays."""
    return [each for each in accounts if each != kept]

"""Who is told, by mail, of a lost-everything request: its person, the support, and the reviewers who agreed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from ...interfaces import AccountView, IAccounts, IFormerAddresses, IOutbox, PortalSettings, ReviewView
from ...pyramid_types import Registry
from ...services import current_time, find, offers

#: Where a decoy pretends to go; `.invalid` can't exist (RFC 2606), and nothing is sent anyway.
NOWHERE = "personne@exemple.invalid"


def notify_person(
    registry: Registry, session: Session, account: AccountView | None, message: str, **values: object
) -> None:
    """Write to the account's confirmed address; for nobody's login do the same work and mail nothing.

    The former address is told too while it may still object to a change: a thief who changed it first would otherwise
    be the only one to read what comes next.
    """
    former = former_addresses(registry, session, account) if account else ()
    for address in dict.fromkeys((account.email if account else NOWHERE, *former)):
        find(registry, IOutbox).post(
            session,
            f"lost_everything.{message}",
            to=address,
            values={"name": account.display_name if account else "Personne", **values},
            decoy=account is None,
        )


def former_addresses(registry: Registry, session: Session, account: AccountView) -> Sequence[str]:
    """Return the addresses that the account had until lately and that may still object."""
    if not offers(registry, IFormerAddresses):
        return ()
    return find(registry, IFormerAddresses).of(session, account.subject)


def notify_support(registry: Registry, session: Session, review: ReviewView, step: str, *, decoy: bool = False) -> None:
    """Write to the support's common mailbox: whoever reads it sees what two colleagues agreed to."""
    to = find(registry, PortalSettings).contacts.support_email
    values = {"reference": review.reference, "step": step}
    find(registry, IOutbox).post(session, "lost_everything.support", to=to, values=values, decoy=decoy)


def notify_reviewers(registry: Registry, session: Session, subjects: Sequence[str], reference: str, step: str) -> None:
    """Write to the reviewers who agreed: an agreement given in their name shows."""
    values = {"reference": reference, "step": step, "at": current_time(registry)}
    for account in find(registry, IAccounts).by_subjects(session, subjects).values():
        message = {"name": account.display_name, **values}
        find(registry, IOutbox).post(session, "lost_everything.agreed", to=account.email, values=message)

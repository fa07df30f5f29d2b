"""``account invite`` and ``role add|remove``: the first people of a portal. No command takes a password."""

from __future__ import annotations

import argparse

from sqlalchemy.orm import Session

from ..directives import roles_of
from ..foundation.database import IDatabase
from ..interfaces import IAccounts, IInvitations, IRoles, IRoleSuspensions
from ..pyramid_types import Registry
from ..services import find, offers
from ..settings import AuthSettings
from .loading import Commands, NotUsable, registry_of

#: What the audit trail shows as the author of what is done here.
BY = "cli"


def register(commands: Commands) -> None:
    """Declare the commands."""
    account = commands.add_parser("account", help="invite somebody").add_subparsers(metavar="ACT", required=True)
    invitation = account.add_parser("invite", help="mail a single-use invitation")
    invitation.add_argument("email", metavar="EMAIL")
    invitation.add_argument("--role", required=True, help="role that the person gets, e.g. support or oru")
    invitation.set_defaults(run=invite)
    role = commands.add_parser("role", help="give or take back a role").add_subparsers(metavar="ACT", required=True)
    for name, run, text in (("add", add_role, "give a role"), ("remove", remove_role, "take a role back")):
        command = role.add_parser(name, help=text)
        command.add_argument("identifier", metavar="IDENTIFIANT", help="identifier or e-mail of the account")
        command.add_argument("role", metavar="ROLE")
        command.set_defaults(run=run)


def invite(given: argparse.Namespace) -> int:
    """Create a pending account and mail its invitation; the worker sends it."""
    registry = _portal_with_accounts(given)
    invitations, email = find(registry, IInvitations), given.email.strip()
    find(registry, IDatabase).run(lambda session: invitations.invite(session, email, given.role, by=BY))
    hours = find(registry, AuthSettings).invitation_hours
    print(f"invited {given.email} as {given.role}: the link works once, for {hours} hours (the worker mails it)")
    return 0


def add_role(given: argparse.Namespace) -> int:
    """Give a role for the whole portal."""
    registry = _portal_with_accounts(given)

    def give(session: Session) -> bool:
        subject = _subject(registry, session, given.identifier)
        find(registry, IRoles).give(session, subject, given.role, given_by=BY)
        return bool(offers(registry, IRoleSuspensions) and find(registry, IRoleSuspensions).of(session, subject))

    suspended = find(registry, IDatabase).run(give)
    print(f"{given.identifier} has the role {given.role}")
    if suspended:
        print("it is suspended: the account was recovered, and nobody has confirmed its roles yet")
    return 0


def remove_role(given: argparse.Namespace) -> int:
    """Take a role of the whole portal back."""
    registry = _portal_with_accounts(given)

    def withdraw(session: Session) -> bool:
        return find(registry, IRoles).withdraw(session, _subject(registry, session, given.identifier), given.role)

    if not find(registry, IDatabase).run(withdraw):
        raise NotUsable(f"{given.identifier} does not have the role {given.role}")
    print(f"{given.identifier} has the role {given.role} no more")
    return 0


def _portal_with_accounts(given: argparse.Namespace) -> Registry:
    registry = registry_of(given.config)
    if not offers(registry, IAccounts):
        raise NotUsable("this portal has no accounts: add esea_auth to portal.plugins")
    known = roles_of(registry)
    if given.role not in known:
        raise NotUsable(f"no role {given.role}; this portal's: {', '.join(sorted(known)) or 'none'}")
    return registry


def _subject(registry: Registry, session: Session, login: str) -> str:
    account = find(registry, IAccounts).by_login(session, login)
    if account is None:
        raise NotUsable(f"no account {login}")
    return account.subject

"""Ends what an account has open: sessions, sign-ins, links and codes, declared by the packages that keep them.

Each package declares what it lets a person open with ``config.add_revocable(name, end)`` (see
:mod:`esea_auth_plugin.directives`). An act that stops an attacker calls :func:`end_everything`, or notifies one of
the events that do so: ``AccountClosed``, ``PasswordChanged``, ``EmailChanged``, ``MailboxUnverified``, ``FirstLinked``.
A package that declares a kind is covered by all of them. An act keeps only what it names in ``exclude``.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ..directives import revocables_of
from ..events import AccountClosed, EmailChanged, MailboxUnverified, PasswordChanged
from ..pyramid_types import Configurator, Registry
from .database import lock_accounts

#: In ``exclude``: everything of this kind stays.
ALL = "*"

#: Requests that wait for a reviewer authorize nothing; they end only with the account.
REQUESTS: Mapping[str, str] = {"review_request": ALL}

#: A change of the mailbox ends what was mailed and what waits for a code; nothing shows that a session was stolen.
MAILBOX: Mapping[str, str] = {**REQUESTS, "session": ALL, "known_browser": ALL}

#: A mailbox may lose its verification while its person signs in: a sign-in checks this at each mailed code.
UNVERIFIED_MAILBOX: Mapping[str, str] = {**MAILBOX, "sign_in": ALL}


def end_everything(
    registry: Registry, session: Session, subject: str, *, exclude: Mapping[str, str] = REQUESTS
) -> None:
    """End whatever an account has open, in the caller's transaction. The account's row is locked first.

    :param subject: of the account.
    :param exclude: what stays, by the name of its kind: the id of one session or sign-in, or :data:`ALL`.
    """
    lock_accounts(registry, session, subject)
    for revocable in revocables_of(registry):
        kept = exclude.get(revocable.name, "")
        if kept != ALL:
            revocable.end(session, subject, kept)


def includeme(config: Configurator) -> None:
    """End what an account has open when it is closed or suspended, and when its password or its mailbox changes."""
    registry = config.registry

    def closed(event: AccountClosed) -> None:
        # A suspended or closed account has no session left, from the same transaction on (threat-model.md row 23).
        end_everything(registry, event.session, event.subject, exclude={})

    def password_changed(event: PasswordChanged) -> None:
        kept = {**REQUESTS, "session": event.session_id}
        end_everything(registry, event.session, event.subject, exclude=kept)

    def email_changed(event: EmailChanged) -> None:
        end_everything(registry, event.session, event.subject, exclude=MAILBOX)

    def unverified(event: MailboxUnverified) -> None:
        end_everything(registry, event.session, event.subject, exclude=UNVERIFIED_MAILBOX)

    config.add_subscriber(closed, AccountClosed)
    config.add_subscriber(password_changed, PasswordChanged)
    config.add_subscriber(email_changed, EmailChanged)
    config.add_subscriber(unverified, MailboxUnverified)

"""What the sign-up forgets, and when: nothing waits for it to be safe, everything waits for it to be gone."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from ..accounts.models import Account
from ..events import AccountErased, RequestEnded
from ..foundation.database import IDatabase, lock_accounts
from ..interfaces import AccountState, IAccounts, IReviews
from ..pyramid_types import Registry
from ..services import current_time, find
from ..settings import AuthSettings
from .drafts import Drafts
from .models import ConfirmationToken, SignUp
from .requests import KIND, SignUps

log = logging.getLogger(__name__)

#: Days after its token's end that an account nobody confirmed waits for the support to send another one.
UNCONFIRMED_DAYS = 7


def request_ended(registry: Registry, event: RequestEnded) -> None:
    """Subscriber: an expired or withdrawn sign-up lets go of its password and identifier in the same transaction."""
    if event.kind == KIND:
        SignUps(registry).let_go(event.session, event.request_id)


def wipe_answers(registry: Registry, event: AccountErased) -> None:
    """Subscriber: what an erased person answered goes; that they signed up stays for its period, and names nobody."""
    gone = event.session.scalars(
        update(SignUp)
        .where(SignUp.subject == event.subject)
        .values(
            answers=None,
            email_digest="",
            rpps_digest=None,
            person_digest=None,
            identifier=None,
            password_hash=None,
            resume_digest=None,
            resume_until=None,
        )
        .returning(SignUp.id)
    ).all()
    find(registry, IReviews).forget_answers(event.session, gone)


def purge_drafts(registry: Registry) -> None:
    """Job: erase the drafts whose two hours are over."""
    with find(registry, IDatabase).writing() as session:
        gone = Drafts(registry).purge(session)
    if gone:
        log.info("%d drafts of sign-ups erased", gone)


def forget_old(registry: Registry) -> None:
    """Job: erase refused data after the stated period, and unconfirmed accounts."""
    now = current_time(registry)
    kept = timedelta(days=find(registry, AuthSettings).refused_sign_up_days)
    # On its own: accounts are locked before anything else is written.
    find(registry, IDatabase).run(lambda session: _close_unconfirmed(registry, session))
    with find(registry, IDatabase).writing() as session:
        gone = session.scalars(
            update(SignUp)
            .where(SignUp.answers.is_not(None))
            # What an account took over is in its attributes: the form itself is kept no longer than a refused one.
            .where(or_(SignUp.ended_at <= now - kept, SignUp.subject.is_not(None) & (SignUp.created_at <= now - kept)))
            # The keyed hash of the address stays, so that a reviewer sees there was an earlier request.
            .values(answers=None, rpps_digest=None, person_digest=None, resume_digest=None, resume_until=None)
            .returning(SignUp.id)
        ).all()
        find(registry, IReviews).forget_answers(session, gone)


def _close_unconfirmed(registry: Registry, session: Session) -> None:
    """Erase the accounts that were approved and never confirmed; their owners may ask again."""
    now = current_time(registry)
    live = select(ConfirmationToken.subject).where(ConfirmationToken.ends_at > now - timedelta(days=UNCONFIRMED_DAYS))
    waiting = session.execute(
        select(SignUp.id, Account.subject)
        .join(Account, Account.subject == SignUp.subject)
        .where(Account.state == AccountState.PENDING, SignUp.subject.not_in(live))
        .limit(200)
    ).all()
    lock_accounts(registry, session, *(subject for _, subject in waiting))
    for sign_up_id, subject in waiting:
        find(registry, IAccounts).set_state(session, subject, AccountState.CLOSED, reason="unconfirmed")
        find(registry, IAccounts).erase(session, subject)
        session.execute(
            update(SignUp).where(SignUp.id == sign_up_id).values(subject=None, identifier=None, ended_at=now)
        )
    if waiting:
        log.info("%d accounts that nobody confirmed erased", len(waiting))

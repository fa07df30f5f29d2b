"""The order in which transactions lock rows, and what counts as a lock lost to another transaction.

Every transaction takes its locks in this order, so that no two of them wait for each other:

1. **Accounts.** Before a transaction writes anything that an account owns (a table with a ``subject``), it locks the
   account's row with :func:`lock_accounts`. A transaction that concerns several accounts names them all in one call,
   which locks them in the order of their subjects. An ``UPDATE`` of the account as first statement is the same lock.
   Where a transaction learns later that it concerns another account, :func:`lock_accounts` does not wait for a subject
   that precedes one it holds: if somebody holds that row, the statement fails (55P03) and the act can be repeated.
2. **Rows that several accounts share**: what an anonymous browser holds before its
   account is known, reservations of identifiers, requests under review, links and notices.
3. **Rows that one account owns**: credentials, attempts, sessions, grants, roles, known browsers. Their order does
   not matter: whoever holds the account's lock is alone with them.
4. **Rows that are only inserted**: audit events and emails. Nothing waits for them.

Limits and leases of jobs are written in transactions of their own, while no other is open.

What is true once the account is locked stays true until the transaction ends: its state, its roles, its credentials.
A service that opens something for a person (a session, a grant) locks first and checks then. On SQLite a writing
transaction is alone from its ``BEGIN IMMEDIATE`` on; there nothing more is executed.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from ...interfaces import IAccounts
from ...pyramid_types import Source
from ...services import find, offers

#: Key of ``Table.info``: why its rows are written without the lock of the account that they name.
UNLOCKED = "written_without_account_lock"

#: SQLSTATE of what another transaction won: serialisation failure, deadlock, lock timeout (``NOWAIT`` included).
LOST_LOCK = frozenset({"40001", "40P01", "55P03"})

#: A transaction that lost a lock is run again so many times in all.
ATTEMPTS = 5

_locked: WeakKeyDictionary[SessionTransaction, set[str]] = WeakKeyDictionary()


def lock_accounts(source: Source, session: Session, *subjects: str | None) -> None:
    """Lock the rows of these accounts until the transaction ends; call it before the transaction's first write.

    Subjects that no account has, ``None`` and those that this transaction has locked already are passed over. A portal
    without accounts has nothing to lock.
    """
    wanted = [subject for subject in subjects if subject]
    if not wanted:
        return
    if offers(source, IAccounts):
        find(source, IAccounts).lock(session, *wanted)
    else:
        session.connection()
        note_locked(session, *wanted)


def locked_accounts(session: Session) -> frozenset[str]:
    """Return the subjects whose accounts this session's transaction has locked."""
    found: set[str] = set()
    transaction = session.get_nested_transaction() or session.get_transaction()
    while transaction is not None:
        found |= _locked.get(transaction, set())
        transaction = transaction.parent
    return frozenset(found)


def note_locked(session: Session, *subjects: str) -> None:
    """Note that the transaction holds these accounts' rows. A savepoint that is rolled back forgets what it locked."""
    transaction = session.get_nested_transaction() or session.get_transaction()
    if transaction is None:  # nothing is held outside a transaction
        return
    _locked.setdefault(transaction, set()).update(subjects)


def lost_lock(error: BaseException) -> bool:
    """Tell whether a statement failed only because of another transaction: the same work may succeed when repeated."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in LOST_LOCK

"""The level of a session: computed from what its proofs show, at each demand, never stored (decisions.md, ADR 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from .interfaces import AccountView, Factor, Level, Proof


def level_of(proofs: Sequence[Proof], *, mail_code_barred: bool = False) -> Level:
    """Return the level that these proofs reach together.

    :param mail_code_barred: the password was just reset by mail alone: the mailbox would prove the same thing twice.
    """
    return level_of_factors((factor for proof in proofs for factor in proof.factors), mail_code_barred=mail_code_barred)


def level_of_factors(factors: Iterable[Factor], *, mail_code_barred: bool = False) -> Level:
    """Return the level that these factors reach together.

    A mailbox or a one-time-password device alone shows one factor without knowledge of anything: it reaches nothing
    (identity-rules.md: « jeton unique » alone is disqualifying).
    """
    held = frozenset(factors)
    password = Factor.PASSWORD in held
    reached = [Level.NONE]
    if password:
        reached.append(Level.PASSWORD)
    if password and Factor.MAILBOX in held and not mail_code_barred:
        reached.append(Level.MAIL_CODE)
    if (password and Factor.OTP_DEVICE in held) or Factor.REMOTE_DEVICE in held:
        reached.append(Level.TWO_FACTORS)
    if Factor.VERIFIED_KEY in held:
        reached.append(Level.RESISTANT)
    if Factor.HEALTH_CREDENTIAL in held:
        reached.append(Level.HEALTH)
    return max(reached)


def mail_code_barred(account: AccountView | None, at: datetime) -> bool:
    """Tell whether mailed codes show nothing for this account at this moment: its mailbox is not believed, or was
    just enough to replace its password."""
    if account is None:
        return False
    until = account.mail_code_barred_until
    return account.email_doubted_at is not None or (until is not None and at < until)

"""Once means once: tokens, identifiers and drafts under 20 tries at the same moment, with real commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from esea_auth_plugin.accounts import identifiers
from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.interfaces import AccountState, IAccounts
from esea_auth_plugin.sign_up.answers import Answers
from esea_auth_plugin.sign_up.confirmation import Confirmations
from esea_auth_plugin.sign_up.drafts import Drafts
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.databases("sqlite", "postgresql")
TRIES = 20


def together(act: Callable[[int], object]) -> Counter[object]:
    """Run ``act`` 20 times at once; count what it returned."""
    return Counter(at_once(act, range(TRIES)))


def test_a_confirmation_token_is_used_once(portal: Portal) -> None:
    token = wizard.accepted(portal).rpartition("/")[2]

    def confirm(number: int) -> object:
        try:
            with portal.db.writing() as session:
                Confirmations(portal.registry).confirm(session, token)
        except PortalError as refused:
            return refused.code
        return "confirmed"

    assert together(confirm) == {"confirmed": 1, "sign_up.token_spent": TRIES - 1}
    portal.clock.advance(minutes=1)
    assert sum("est ouvert" in letter.subject for letter in portal.emails(wizard.EMAIL)) == 1
    with portal.db.reading() as session:
        assert portal.find(IAccounts).by_login(session, "anne.pierre").state is AccountState.ACTIVE


def test_two_people_never_get_one_identifier(portal: Portal) -> None:
    now = portal.clock.now()

    def reserve(number: int) -> object:
        with portal.db.writing() as session:
            return identifiers.reserve(
                session,
                "anne.pierre",
                kind=identifiers.SIGN_UP,
                holder=f"draft-{number}",
                now=now,
                until=now + timedelta(hours=2),
            )

    assert together(reserve) == {True: 1, False: TRIES - 1}


def test_a_draft_is_sent_once(portal: Portal) -> None:
    drafts = Drafts(portal.registry)
    with portal.db.writing() as session:
        draft_id, _ = drafts.start(session, Answers(), done=3)

    def claim(number: int) -> object:
        with portal.db.writing() as session:
            return drafts.claim(session, draft_id, f"sign-up-{number}")

    assert together(claim) == {True: 1, False: TRIES - 1}


def test_a_token_used_by_a_lost_transaction_is_not_used(portal: Portal) -> None:
    """What rolls back gives the token back; what commits, read from another connection, does not."""
    token = wizard.accepted(portal).rpartition("/")[2]
    with pytest.raises(RuntimeError), portal.db.writing() as session:
        Confirmations(portal.registry).confirm(session, token)
        raise RuntimeError
    assert wizard.confirm(portal, f"/inscription/confirmation/{token}").location.endswith("/compte")
    with portal.db.reading() as session:
        assert str(Confirmations(portal.registry).find(session, token).status) == "used"

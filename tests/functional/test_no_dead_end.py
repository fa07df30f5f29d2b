"""No combination of what is held and what is lost is a dead end: each is walked to a signed-in session.

The graph is drawn in ``docs/explanation/losing-factors.md``; this test reads its table and walks the real portal.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.lost_factors import REVIEWED, SELF, State, Walk, states

from esea_auth_plugin.auth_modes.passkey.models import PasskeyRow
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Portal

MODES = "passkey password mail_code totp recovery_codes"
pytestmark = [pytest.mark.settings(**{"esea_auth.modes": MODES}), pytest.mark.databases("sqlite")]
PAGE = Path(__file__).parents[2] / "docs/explanation/losing-factors.md"
ALL = list(states())


def row_of(state: State) -> tuple[str, str, str]:
    """Return the row of the table that a state belongs to: password, mailbox, and the strongest device left."""
    left = next((device for device in ("passkey", "totp", "codes") if state.has(device)), "")
    device = left or ("all lost" if state.held else "none held")
    return ("known" if state.has("password") else "forgotten", "read" if state.has("mailbox") else "lost", device)


def documented() -> dict[tuple[str, str, str], str]:
    """Return the table of the page: a way for each row."""
    lines = re.findall(
        r"^\| (\w+) \| (\w+) \| ([\w ]+) \| (self|reviewed) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    found = {(password, mailbox, device): way for password, mailbox, device, way in lines}
    assert len(found) == len(lines), "a row stands twice"
    return found


def test_the_page_tells_of_every_state_and_of_no_other() -> None:
    assert set(documented()) == {row_of(state) for state in ALL}
    assert len(ALL) == 3**3 * 2**2


@pytest.mark.parametrize("part", range(6))
def test_every_state_leads_to_a_session_by_the_way_that_the_page_tells(portal: Portal, part: int) -> None:
    table, wrong = documented(), []
    for number, state in enumerate(ALL[part::6]):
        walk = Walk(portal, state, f"198.51.{part}.{number + 1}")
        way = walk.go()
        if "passkey" in state.lost and not blocks_the_lost_key(portal, walk):
            wrong.append(f"{state}: the lost passkey can't be blocked")
        if way != table[row_of(state)]:
            wrong.append(f"{state}: {way}, the page says {table[row_of(state)]}")
    assert wrong == []


def test_a_review_is_the_way_of_those_alone_who_can_prove_nothing_else() -> None:
    """Whoever still holds two things that no thief of one has gets in without the support, at three in the morning."""
    for row, way in documented().items():
        password, mailbox, device = row
        alone = device == "passkey" or (password == "known" and (mailbox == "read" or device in {"totp", "codes"}))
        by_mail = password == "forgotten" and mailbox == "read" and device in {"totp", "codes", "none held"}
        assert way == (SELF if alone or by_mail else REVIEWED), row


def blocks_the_lost_key(portal: Portal, walk: Walk) -> bool:
    """Report the loss of the passkey from the session; one that a recovery removed needs no report."""
    with portal.db.reading() as session:
        key = session.scalar(select(PasskeyRow.id).where(PasskeyRow.subject == walk.person.subject))
    if key is None:
        return True
    page = walk.browser.get(f"/compte/dispositifs/cle/{key}/perdu")
    press(page, "Bloquer « Téléphone »")
    return "Ce dispositif est bloqué" in text(walk.browser.get(f"/compte/dispositifs/cle/{key}/perdu"))

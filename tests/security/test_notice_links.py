"""The link « Ce n'était pas moi », attacked: twice, in parallel, late, by a scanner, from another site, to get in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from esea_auth_plugin.foundation.database import Database
from esea_auth_plugin.my_account.notices.models import NoticeLinkRow
from esea_auth_plugin.my_account.notices.service import TTL, Notices
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def mailed(portal: Portal) -> tuple[Person, str]:
    """Somebody with a session elsewhere, and the path of their link."""
    anne = portal.person()
    portal.sign_in(portal.browser(), anne)
    portal.sign_in(portal.browser("203.0.113.9"), anne)
    letter = next(each for each in portal.emails(anne.email) if "/signalement/" in each.text)
    return anne, path_in(letter, "/signalement/")


def test_it_serves_once(portal: Portal, mailed: tuple[Person, str]) -> None:
    browser = portal.browser()
    press(browser.get(mailed[1]).follow(), "Ce n’était pas moi : tout arrêter")
    again = browser.get(mailed[1]).follow(expect_errors=True)
    assert again.status_int == 410 and "plus valable" in text(again)


@pytest.mark.databases("sqlite", "postgresql")
def test_twenty_at_once_act_once(portal: Portal, mailed: tuple[Person, str]) -> None:
    token = mailed[1].rpartition("/")[2]

    def act(_: int) -> bool:
        with portal.db.writing() as session:
            return portal.find(Notices).contest(session, token, address="192.0.2.1") is not None

    assert sum(at_once(act, range(20))) == 1


def test_it_ends_after_seven_days_to_the_second(portal: Portal, mailed: tuple[Person, str]) -> None:
    with portal.db.reading() as session:
        ends_at = session.scalars(select(NoticeLinkRow.ends_at)).all()[-1]
    browser = portal.browser()
    portal.clock.advance(seconds=(ends_at - portal.clock.now()).total_seconds() - 1)
    page = browser.get(mailed[1]).follow()
    portal.clock.advance(seconds=1)
    form = next(iter(page.forms.values()))
    assert form.submit(expect_errors=True).status_int == 410


def test_scanners_that_follow_links_use_nothing_up(portal: Portal, mailed: tuple[Person, str]) -> None:
    for _ in range(3):
        portal.browser().get(mailed[1]).follow()
    assert "C’est arrêté" in text(press(portal.browser().get(mailed[1]).follow(), "Ce n’était pas moi : tout arrêter"))


def test_another_site_can_t_press_the_button(portal: Portal, mailed: tuple[Person, str]) -> None:
    browser = portal.browser()
    browser.get(mailed[1])
    assert browser.post("/signalement", {}, expect_errors=True).status_int == 400


@pytest.mark.parametrize("guess", ["x", "-" * 500, "%00", "%C3%A9", "%0D%0ASet-Cookie"])
def test_an_unknown_link_says_nothing_of_any_account(portal: Portal, guess: str) -> None:
    browser = portal.browser()
    page = browser.get(f"/signalement/{guess}", expect_errors=True)
    page = page.follow(expect_errors=True) if page.status_int == 303 else page
    assert page.status_int in {400, 404, 410} and "@" not in text(page).replace("support@esea-na.fr", "")


def test_the_table_holds_no_link(portal: Portal, mailed: tuple[Person, str]) -> None:
    token = mailed[1].rpartition("/")[2]
    with portal.db.reading() as session:
        assert token not in session.scalars(select(NoticeLinkRow.digest)).all()


def test_no_address_and_no_name_lie_in_clear_in_a_notice(portal: Portal, mailed: tuple[Person, str]) -> None:
    database = portal.db
    assert isinstance(database, Database)
    with database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT sealed FROM esea_notice").scalars().all()
    assert rows and not [row for row in rows if "203.0.113" in row]


def test_it_lives_seven_days() -> None:
    assert timedelta(days=7) == TTL

"""Attacks on the card's ticket: stolen, relayed, replayed, of another sign-in; and on whose account a card opens.

Rows 7, 11, 18, 19 and 25 of the threat model.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.cards import Cards, ask, at_card_host, back, headers_of, link, read, refused, rows, ticket_of

from esea_auth_plugin.auth_modes.cps_card.models import CardTicketRow
from esea_auth_plugin.foundation.security.log_masking import masked
from esea_auth_plugin.interfaces import AccountState, IAccounts, IExternalIdentities, ISessions
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.threads import at_once


def came_in(portal: Portal, subject: str) -> int:
    with portal.db.reading() as session:
        return len(portal.find(ISessions).of_subject(session, subject))


@pytest.fixture
def paul(card_portal: Portal, cards: Cards) -> str:
    """An account with a card."""
    person = card_portal.person(first_name="Paul", last_name="Castets")
    link(card_portal, person.subject, cards["medecin"])
    return str(person.subject)


def ticket_rows(portal: Portal) -> list[str]:
    return [code for code in rows(portal, "sign_in.refused") if "ticket" in code]


def test_a_ticket_is_good_once(card_portal: Portal, cards: Cards, paul: str) -> None:
    browser = card_portal.browser()
    answer = read(card_portal, ask(browser), cards["medecin"])
    assert back(browser, answer).location.endswith("/compte")
    again = card_portal.browser()
    ask(again)
    page = back(again, answer)
    assert "Cette lecture de carte n'est plus valable" in text(page)
    assert ticket_rows(card_portal) == ["cps_card.ticket.used"]
    assert came_in(card_portal, paul) == 1


@pytest.mark.databases("sqlite", "postgresql")
def test_twenty_browsers_with_one_ticket_and_one_cookie_are_one_session(
    card_portal: Portal, cards: Cards, paul: str
) -> None:
    browser = card_portal.browser()
    answer = read(card_portal, ask(browser), cards["medecin"])
    path = f"/connexion/cps/retour?ticket={ticket_of(answer)}"
    copies = []
    for _ in range(20):
        copy = card_portal.browser()
        for cookie in browser.cookiejar:
            copy.cookiejar.set_cookie(cookie)
        copies.append(copy)
    answers = at_once(lambda copy: copy.get(path, status="*"), copies)
    assert sum(answer.location is not None and answer.location.endswith("/compte") for answer in answers) == 1
    assert came_in(card_portal, paul) == 1


def test_a_ticket_of_another_sign_in_opens_nothing(card_portal: Portal, cards: Cards, paul: str) -> None:
    victim, attacker = card_portal.browser(), card_portal.browser()
    answer = read(card_portal, ask(victim), cards["medecin"])
    ask(attacker)
    page = back(attacker, answer)
    assert "Cette lecture de carte n'est plus valable" in text(page)
    assert ticket_rows(card_portal) == ["cps_card.ticket.other_sign_in"]
    assert came_in(card_portal, paul) == 0
    # Whoever the ticket was made for still gets in: a thief can't burn it.
    assert back(victim, answer).location.endswith("/compte")


def test_a_stolen_ticket_is_worth_nothing_in_a_browser_without_a_sign_in(
    card_portal: Portal, cards: Cards, paul: str
) -> None:
    answer = read(card_portal, ask(card_portal.browser()), cards["medecin"])
    page = back(card_portal.browser(), answer)
    assert page.location.endswith("/connexion")
    assert "dans un autre navigateur" in text(page.follow())
    assert came_in(card_portal, paul) == 0


def test_a_victim_with_a_card_who_opens_an_attacker_s_address_lets_nobody_in(
    card_portal: Portal, cards: Cards, paul: str
) -> None:
    """Relay: the attacker begins a sign-in and sends the victim the address of the card host."""
    attacker, victim = card_portal.browser(), card_portal.browser()
    lure = ask(attacker)
    answer = read(card_portal, lure, cards["medecin"])
    # The victim's browser follows the redirect; it has no cookie of the attacker's sign-in, or one of its own.
    assert back(victim, answer).location.endswith("/connexion")
    ask(victim)
    assert "n'est plus valable" in text(back(victim, answer))
    # Nothing changed at the attacker's: the card host touches no sign-in.
    page = attacker.get("/connexion/cps")
    assert "Lire ma carte" in text(page)
    attacker.get("/compte", status=303)
    assert came_in(card_portal, paul) == 0


def test_an_older_reading_of_the_same_sign_in_is_over_once_another_was_asked(
    card_portal: Portal, cards: Cards, paul: str
) -> None:
    browser = card_portal.browser()
    first = read(card_portal, ask(browser), cards["medecin"])
    second = read(card_portal, ask(browser), cards["medecin"])
    assert "n'est plus valable" in text(back(browser, first))
    assert back(browser, second).location.endswith("/compte")


def test_a_ticket_is_over_after_a_minute(card_portal: Portal, cards: Cards, paul: str) -> None:
    browser = card_portal.browser()
    answer = read(card_portal, ask(browser), cards["medecin"])
    card_portal.clock.advance(seconds=60)
    assert "n'est plus valable" in text(back(browser, answer))
    assert ticket_rows(card_portal) == ["cps_card.ticket.expired"]
    assert came_in(card_portal, paul) == 0


def test_a_ticket_of_a_diagnosis_signs_nobody_in_and_the_other_way_round(
    card_portal: Portal, cards: Cards, paul: str
) -> None:
    browser = card_portal.browser()
    asked = ask(browser)
    tried = at_card_host(card_portal, "/diagnostic", headers_of(cards["medecin"].der))
    page = browser.get("/connexion/cps/retour", params={"ticket": ticket_of(tried)})
    assert "n'est plus valable" in text(page)
    answer = read(card_portal, asked, cards["medecin"])
    page = browser.get("/connexion/cps/diagnostic", params={"ticket": ticket_of(answer)})
    assert "Relancez le test" in text(page)
    assert came_in(card_portal, paul) == 0
    assert back(browser, answer).location.endswith("/compte")


@pytest.mark.parametrize("ticket", ["", "x", "A" * 43, "é" * 20, "'; --"])
def test_a_ticket_that_nobody_made_opens_nothing(card_portal: Portal, paul: str, ticket: str) -> None:
    browser = card_portal.browser()
    ask(browser)
    assert "n'est plus valable" in text(browser.get("/connexion/cps/retour", params={"ticket": ticket}))
    assert ticket_rows(card_portal) == ["cps_card.ticket.unknown"]


@pytest.mark.parametrize("state", ["", "x", "s1.a.b", "A" * 5000])
def test_the_card_host_reads_only_for_a_sign_in_that_the_portal_began(
    card_portal: Portal, cards: Cards, state: str
) -> None:
    answer = at_card_host(card_portal, f"/lire?state={state}", headers_of(cards["medecin"].der), status=400)
    refused(card_portal, answer, "card.request", status=400)
    assert "N'ouvrez jamais une telle adresse reçue par message" in text(answer)


def test_an_address_of_the_card_host_is_over_with_its_sign_in(card_portal: Portal, cards: Cards) -> None:
    asked = ask(card_portal.browser())
    card_portal.clock.advance(minutes=20, seconds=1)
    refused(card_portal, read(card_portal, asked, cards["medecin"], status=400), "card.request", status=400)


def test_the_ticket_is_nowhere_at_rest_and_what_it_carries_is_sealed(card_portal: Portal, cards: Cards) -> None:
    answer = read(card_portal, ask(card_portal.browser()), cards["medecin"])
    with card_portal.db.reading() as session:
        row = session.scalars(select(CardTicketRow)).one()
        kept = " ".join(str(value) for value in vars(row).values())
    assert ticket_of(answer) not in kept
    for word in ("CASTETS", "Paul", "899900000011", "99900000011"):
        assert word not in kept


def test_the_ticket_and_the_request_are_masked_in_logs(card_portal: Portal, cards: Cards) -> None:
    asked = ask(card_portal.browser())
    answer = read(card_portal, asked, cards["medecin"])
    assert ticket_of(answer) not in masked(f"GET {answer.location}")
    assert asked.partition("state=")[2][:20] not in masked(f"GET {asked}")


def test_the_callback_leaves_no_ticket_in_the_address(card_portal: Portal, cards: Cards, paul: str) -> None:
    browser = card_portal.browser()
    answer = read(card_portal, ask(browser), cards["medecin"])
    page = back(browser, answer)
    assert page.status_int == 303
    assert "ticket" not in page.location


# --- row 7: whose account ----------------------------------------------------------------------------------------


def test_a_card_raises_nobody_else_s_session(card_portal: Portal, cards: Cards, paul: str) -> None:
    """Anne is signed in; Paul's card in her browser neither signs Paul in there nor raises Anne."""
    browser, anne = card_portal.signed_in()
    page = browser.get("/connexion/cps", params={"recent": "1"})
    asked = press(page, "Lire ma carte").location
    back(browser, read(card_portal, asked, cards["medecin"]))
    assert came_in(card_portal, paul) == 0
    assert anne.last_name in text(browser.get("/compte"))
    assert "sign_in.other_person" in rows(card_portal, "sign_in.refused")


def test_a_suspended_account_s_card_opens_nothing(card_portal: Portal, cards: Cards, paul: str) -> None:
    with card_portal.db.writing() as session:
        card_portal.find(IAccounts).set_state(session, paul, AccountState.SUSPENDED, reason="essai")
    browser = card_portal.browser()
    page = back(browser, read(card_portal, ask(browser), cards["medecin"]))
    assert not (page.location or "").endswith("/compte")
    assert came_in(card_portal, paul) == 0


def test_an_unlinked_card_opens_nothing_any_more(card_portal: Portal, cards: Cards, paul: str) -> None:
    links = card_portal.find(IExternalIdentities)
    with card_portal.db.writing() as session:
        [held] = links.of_account(session, paul)
        assert links.unlink(session, paul, held.id, reason="perdue")
    browser = card_portal.browser()
    page = back(browser, read(card_portal, ask(browser), cards["medecin"]))
    assert not (page.location or "").endswith("/compte")
    assert came_in(card_portal, paul) == 0

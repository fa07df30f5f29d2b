"""Attacks on passkeys through the whole portal; each step of the verification has its own in ``test_passkey.py``."""

from __future__ import annotations

from typing import Any

import pytest
from tests.passkeys import MODES, answer_with, give_key, key_page, sign_in_with

from esea_auth_plugin.interfaces import AccountState, IAccounts
from esea_auth_plugin.testing.authenticator import UP, Authenticator, copy_of
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.threads import at_once

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite", "postgresql")]


@pytest.fixture
def anne(portal: Portal) -> Person:
    return portal.person()


@pytest.fixture
def key(portal: Portal, anne: Person) -> Authenticator:
    return give_key(portal, anne)


def refused(answer: Any) -> bool:
    return answer.status_int == 200 and "Cette clé d’accès n’a pas été reconnue" in text(answer)


def test_a_site_that_looks_like_ours_gets_an_answer_that_opens_nothing(portal: Portal, key: Authenticator) -> None:
    """A proxy between the person and us relays everything; the browser signed the address that it was at."""
    browser = portal.browser()
    form, options = key_page(browser)
    assert refused(answer_with(form, key.get(options, origin="https://portail-esea.example.net")))
    assert browser.get("/compte").status_int == 303
    assert sign_in_with(browser, key).status_int == 303, "the honest answer opens"


def test_a_device_that_does_not_verify_its_person_opens_nothing(portal: Portal, key: Authenticator) -> None:
    form, options = key_page(portal.browser())
    assert refused(answer_with(form, key.get(options, flags=UP)))


@pytest.mark.databases("sqlite")
def test_failures_of_others_at_an_address_do_not_shut_its_known_browsers_out(
    portal: Portal, anne: Person, key: Authenticator
) -> None:
    """An answer of a passkey names nobody beforehand: its failures are counted per address, or per known browser."""
    browser = portal.browser()
    form, options = key_page(browser)
    assert answer_with(form, key.get(options)).status_int == 303
    press(browser.get("/connexion/deconnexion"), "Me déconnecter")
    form, _ = key_page(portal.browser())
    statuses = [form.submit(status="*").status_int for _ in range(51)]
    assert statuses == [200] * 50 + [429]
    assert sign_in_with(browser, key).status_int == 303


def test_an_answer_is_good_once_and_for_five_minutes(portal: Portal, key: Authenticator) -> None:
    browser = portal.browser()
    form, options = key_page(browser)
    portal.clock.advance(minutes=5, seconds=1)
    assert refused(answer_with(form, key.get(options)))
    form, options = key_page(browser)
    answer = key.get(options)
    challenge = form["challenge"].value
    assert answer_with(form, answer).status_int == 303
    again, _ = key_page(browser, recent="1")
    again["challenge"] = challenge
    assert refused(answer_with(again, answer))


def test_an_answer_obtained_in_one_browser_opens_nothing_in_another(portal: Portal, key: Authenticator) -> None:
    victims_form, options = key_page(portal.browser())
    attackers_form, _ = key_page(portal.browser())
    attackers_form["challenge"] = victims_form["challenge"].value
    assert refused(answer_with(attackers_form, key.get(options)))


def test_of_twenty_answers_at_once_one_signs_in(portal: Portal, key: Authenticator) -> None:
    browser = portal.browser()
    form, options = key_page(browser)
    form["credential"] = key.get(options)
    fields = form.submit_fields()

    def send(_: int) -> int:
        rival = portal.browser()
        for name, value in browser.cookies.items():
            rival.set_cookie(name, value)
        status: int = rival.post("/connexion/cle", fields, expect_errors=True).status_int
        return status

    assert at_once(send, range(20)).count(303) == 1


def test_a_copied_key_is_refused_and_its_owner_is_told(portal: Portal, anne: Person, key: Authenticator) -> None:
    thief = copy_of(key.keys[0])
    assert sign_in_with(portal.browser(), key).status_int == 303
    form, options = key_page(portal.browser())
    page = answer_with(form, key.get(options, thief)).follow()
    assert "semble avoir été copiée" in text(page)
    letter = portal.emails(anne.email)[-1]
    assert letter.subject == "Votre clé d’accès a été refusée"
    assert "« Téléphone »" in letter.text
    assert sign_in_with(portal.browser(), key).status_int == 303, "the original goes on"


def test_a_count_of_32_bits_is_kept(portal: Portal, key: Authenticator) -> None:
    form, options = key_page(portal.browser())
    assert answer_with(form, key.get(options, count=4_294_967_295)).status_int == 303


def test_the_key_of_a_suspended_person_opens_nothing(portal: Portal, anne: Person, key: Authenticator) -> None:
    """Row 23, through this mode."""
    with portal.db.writing() as session:
        portal.find(IAccounts).set_state(session, anne.subject, AccountState.SUSPENDED, reason="test")
    browser = portal.browser()
    sign_in_with(browser, key)
    assert browser.get("/compte").status_int == 303


def test_without_the_form_s_token_nothing_is_judged(portal: Portal, key: Authenticator) -> None:
    browser = portal.browser()
    form, options = key_page(browser)
    sent = {"credential": key.get(options), "challenge": form["challenge"].value}
    assert browser.post("/connexion/cle", sent, expect_errors=True).status_int == 400
    assert browser.get("/compte").status_int == 303


def test_a_removed_key_opens_nothing_and_the_browser_is_told(portal: Portal, anne: Person, key: Authenticator) -> None:
    from esea_auth_plugin.authentication.registry import modes_of

    mode = modes_of(portal.registry).get("passkey")
    assert mode is not None
    form, options = key_page(portal.browser())
    with portal.db.writing() as session:
        (held,) = mode.credentials(session, anne.subject)
        assert mode.revoke(session, anne.subject, held.reference, reason="owner")
    page = answer_with(form, key.get(options))
    assert refused(page)
    assert page.html.select_one("[data-unknown]") is not None


def test_guessing_at_keys_is_counted(portal: Portal, key: Authenticator) -> None:
    browser = portal.browser()
    form, _ = key_page(browser)
    statuses = [answer_with(form, "{}").status_int for _ in range(51)]
    assert statuses[-1] == 429

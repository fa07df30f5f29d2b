"""Confirming an account signs in: with both proofs, once, under a new session id, at no higher level."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from webtest import TestApp, TestResponse

from esea_auth_plugin.foundation.sessions.service import COOKIE
from esea_auth_plugin.interfaces import AccountState, IAccounts, ISessions, Level, SessionView
from esea_auth_plugin.levels import level_of
from esea_auth_plugin.sign_up.models import SignUp
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import send, text
from esea_auth_plugin.testing.portal import PASSWORD, Portal

FRESH = "Tambour-Violette-Hamac-31"


def sessions_of(portal: Portal, login: str = wizard.IDENTIFIER) -> list[SessionView]:
    with portal.db.reading() as session:
        account = portal.find(IAccounts).by_login(session, login)
        return list(portal.find(ISessions).of_subject(session, account.subject)) if account else []


def confirm_in(browser: TestApp, path: str, password: str = PASSWORD) -> TestResponse:
    return send(browser.get(path).follow(), {"Mot de passe": password})


def test_a_session_id_that_was_planted_in_the_browser_is_not_taken_over(portal: Portal) -> None:
    path, browser = wizard.accepted(portal), portal.browser()
    browser.set_cookie(COOKIE, "A" * 43)
    confirm_in(browser, path)
    assert browser.cookies[COOKIE] != "A" * 43
    thief = portal.browser()
    thief.set_cookie(COOKIE, "A" * 43)
    assert "/connexion" in thief.get("/compte").location


def test_the_session_of_somebody_else_in_this_browser_ends(portal: Portal) -> None:
    path = wizard.accepted(portal)
    browser, other = portal.signed_in(identifier="paul.autre")
    former = browser.cookies[COOKIE]
    page = confirm_in(browser, path).follow()
    assert "Anne Pierre" in text(page) and browser.cookies[COOKIE] != former
    assert sessions_of(portal, other.identifier) == []


def test_a_wrong_password_or_none_signs_nobody_in(portal: Portal) -> None:
    path = wizard.accepted(portal)
    for password in ("Pas-Le-Bon-Mot-72", ""):
        browser = portal.browser()
        confirm_in(browser, path, password)
        assert "/connexion" in browser.get("/compte").location
    assert sessions_of(portal) == []


def test_the_token_alone_signs_nobody_in(portal: Portal) -> None:
    """A password that the mailbox has just set proves the mailbox a second time."""
    path, browser = wizard.accepted(portal), portal.browser()
    page = browser.get(path).follow().click("Choisir un nouveau mot de passe")
    answer = send(page, {"Mot de passe": FRESH, "Confirmez votre mot de passe": FRESH})
    assert answer.location.endswith("/connexion") and sessions_of(portal) == []
    assert "/connexion" in browser.get("/compte").location


def test_a_used_token_signs_nobody_in_again(portal: Portal) -> None:
    path, browser = wizard.accepted(portal), portal.browser()
    page = browser.get(path).follow()
    first = send(page, {"Mot de passe": PASSWORD})
    assert first.location.endswith("/compte")
    thief = portal.browser()
    assert thief.get(path).follow(status=410)
    assert "/connexion" in thief.get("/compte").location
    again = page.forms["champ"].submit("confirmer", status="*")  # the form of the first browser, sent again
    assert again.status_int in {303, 400, 410}
    assert len(sessions_of(portal)) == 1


def test_an_account_that_was_closed_meanwhile_is_not_signed_in(portal: Portal) -> None:
    path, browser = wizard.accepted(portal), portal.browser()
    page = browser.get(path).follow()
    with portal.db.writing() as session:
        accounts = portal.find(IAccounts)
        account = accounts.by_login(session, wizard.IDENTIFIER)
        accounts.set_state(session, account.subject, AccountState.CLOSED, reason="test", by=account.subject)
    form = page.forms["champ"]
    form["password"] = PASSWORD
    form.submit("confirmer", status=410)
    assert sessions_of(portal) == []
    assert "/connexion" in browser.get("/compte").location


def test_a_new_version_of_the_terms_is_put_before_the_session_opens(portal: Portal) -> None:
    path, browser = wizard.accepted(portal), portal.browser()
    with portal.db.writing() as session:
        session.execute(update(SignUp).values(terms_version="2001-01"))
    answer = confirm_in(browser, path)
    assert answer.location.endswith("/connexion/conditions") and sessions_of(portal) == []


def test_the_session_holds_the_two_proofs_and_no_more(portal: Portal) -> None:
    confirm_in(portal.browser(), wizard.accepted(portal))
    (view,) = sessions_of(portal)
    assert [proof.mode for proof in view.proofs] == ["password", "mail_code"]
    assert level_of(view.proofs) is Level.MAIL_CODE


@pytest.mark.settings(**{"esea_auth.modes": "password totp recovery_codes"})
def test_a_portal_without_mailed_codes_signs_nobody_in_by_a_mail(portal: Portal) -> None:
    answer = confirm_in(portal.browser(), wizard.accepted(portal))
    assert answer.location.endswith("/connexion") and sessions_of(portal) == []

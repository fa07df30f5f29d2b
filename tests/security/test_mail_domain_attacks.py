"""Whoever buys the domain of a colleague's mailbox, or holds the mailbox alone, gets nothing by it (row 31)."""

from __future__ import annotations

import pytest
from tests.devices import MODES, add_on_devices_page, give_application
from tests.recovery import ask_link, mailed_link, reset
from webtest import AppError, TestApp, TestResponse

from esea_auth_plugin.interfaces import IAccounts, IMailboxes, IMaximumLevel, Level
from esea_auth_plugin.testing.pages import send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite")]

DOMAIN = "chu.example.fr"
NEW = "Girafe-Tambour-Melon-48"
THIEF = "voleur@exemple-voleur.fr"


def buy(portal: Portal) -> None:
    """Let the portal find that the domain is somebody else's."""
    with portal.db.writing() as session:
        portal.find(IMailboxes).unverify(session, DOMAIN, reason="registered_anew")


def by_password(portal: Portal, person: Person, password: str) -> TestApp:
    """Sign in where a password alone is enough."""
    browser = portal.browser()
    page = browser.get("/connexion/mot-de-passe")
    send(page, {"Identifiant ou email": person.identifier, "Mot de passe": password})
    return browser


def token_of(browser: TestApp) -> str:
    return str(browser.get("/compte").html.find("input", attrs={"name": "csrf_token"})["value"])


@pytest.mark.parametrize("act", ["mot-de-passe", "identifiant"])
def test_asking_for_a_link_or_a_name_brings_the_buyer_nothing_and_shows_nothing(portal: Portal, act: str) -> None:
    anne = portal.person()
    buy(portal)
    label = "Identifiant ou email" if act == "mot-de-passe" else "Email"
    pages = [
        text(send(portal.browser().get(f"/connexion/oubli/{act}"), {label: email}).follow())
        for email in (anne.email, "personne@chu.example.fr")
    ]
    assert pages[0] == pages[1]
    assert portal.emails(anne.email) == []


def test_a_reset_link_of_before_is_dead(portal: Portal) -> None:
    anne = portal.person()
    ask_link(portal, anne.identifier)
    path = mailed_link(portal, anne.email)
    browser = portal.browser()
    page = browser.get(path).follow()
    buy(portal)
    values = {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}
    with pytest.raises(AppError, match="410 Gone"):
        send(page, values)
    assert portal.browser().get(path).follow(expect_errors=True).status_int == 410
    assert "incorrect" in text(send_password(portal, anne, NEW))


def send_password(portal: Portal, anne: Person, password: str) -> TestResponse:
    page = portal.browser().get("/connexion/mot-de-passe")
    return send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": password})


def test_a_device_is_not_confirmed_by_a_link_of_before(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    add_on_devices_page(portal, browser)
    letter = next(one for one in portal.emails(anne.email) if "/compte/dispositifs/confirmation/" in one.text)
    path = path_in(letter, "/compte/dispositifs/confirmation/")
    buy(portal)
    other = portal.browser()
    assert other.get(path).follow(expect_errors=True).status_int == 410
    with portal.db.writing() as session:
        portal.find(IMailboxes).believe(session, DOMAIN, by=anne.subject)
    assert other.get(path).follow(expect_errors=True).status_int == 410, "what the buyer began does not come back"


def test_a_session_by_password_alone_changes_no_address_while_the_mailbox_is_doubted(portal: Portal) -> None:
    anne = portal.person()
    buy(portal)
    browser = by_password(portal, anne, anne.password)
    refused_everywhere(portal, browser, anne)


def test_a_reset_by_mail_alone_does_not_bring_the_account_down_to_its_password(portal: Portal) -> None:
    """The thief of a mailbox resets the password: mailed codes are barred, and must still be what the account owns."""
    anne = portal.person()
    reset(portal, anne, NEW)
    browser = by_password(portal, anne, NEW)
    refused_everywhere(portal, browser, anne)


def refused_everywhere(portal: Portal, browser: TestApp, anne: Person) -> None:
    with portal.db.reading() as session:
        assert portal.find(IMaximumLevel).of(session, anne.subject) is Level.MAIL_CODE
    assert browser.get("/compte").status_int == 200, "the portal's own pages admit the password here"
    for path in ("/compte/courriel", "/compte/mot-de-passe", "/compte/dispositifs/ajouter/totp"):
        assert "/connexion?" in browser.get(path, expect_errors=True).headers.get("Location", "/connexion?"), path
    fields = {"email": THIEF, "email_again": THIEF, "csrf_token": token_of(browser)}
    answer = browser.post("/compte/courriel", fields, expect_errors=True)
    assert answer.status_int == 303 and "/connexion?" in answer.location
    assert portal.emails(THIEF) == []
    with portal.db.reading() as session:
        assert portal.find(IAccounts).by_subject(session, anne.subject).email == anne.email


def test_what_is_owned_besides_still_opens_and_is_not_touched(portal: Portal) -> None:
    anne = portal.person()
    give_application(portal, anne)
    buy(portal)
    with portal.db.reading() as session:
        assert portal.find(IMaximumLevel).of(session, anne.subject) is Level.TWO_FACTORS


def test_codes_typed_from_a_mailbox_that_was_bought_meanwhile_open_nothing(portal: Portal) -> None:
    """The code left before the look: the sign-in under way must not end in a session above the password."""
    anne = portal.person(services=["espace-pro"])
    browser = portal.browser()
    page = browser.get("/connexion/otp", params={"service": "espace-pro"}).maybe_follow()
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).maybe_follow()
    code = portal.emails(anne.email)[-1].code
    buy(portal)
    send(page, {"Code reçu par courriel": code})
    location = browser.get("/services/espace-pro").location
    assert "/connexion" in location

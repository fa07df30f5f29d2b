"""Notices of safety by mail, « Ce n'était pas moi », frozen factors, and what people wish to be told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from tests.crowd import FIREFOX
from tests.devices import give_application
from webtest import TestApp

from esea_auth_plugin.authentication.credentials.suspension import SuspendedFactors
from esea_auth_plugin.events import DeviceAdded
from esea_auth_plugin.foundation.database import lock_accounts
from esea_auth_plugin.interfaces import Factor, Proof
from esea_auth_plugin.my_account.notices import refusals
from esea_auth_plugin.my_account.notices.models import NoticeRow
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import PASSWORD, Person, Portal
from esea_auth_plugin.testing.sign_up import path_in
from esea_auth_plugin.testing.smtp import ReceivedEmail

pytestmark = pytest.mark.databases("sqlite")
both = pytest.mark.databases("sqlite", "postgresql")
ADHESION = {
    "Motif de l'inscription": "Je travaille aux urgences du CHU.",
    "Conditions d'Utilisation": "J'accepte les Conditions d'Utilisation",
}
NEW = "Chaloupe-Girofle-Tambour-31"


def notice(portal: Portal, to: str, subject: str) -> ReceivedEmail:
    """Return the newest letter of this subject."""
    found = [letter for letter in portal.emails(to) if letter.subject == subject]
    assert found, [letter.subject for letter in portal.emails(to)]
    return found[-1]


def link(letter: ReceivedEmail) -> str:
    return path_in(letter, "/signalement/")


def stop(browser: TestApp, letter: ReceivedEmail) -> Any:
    """Follow « Ce n'était pas moi » and press the button."""
    return press(browser.get(link(letter)).follow(), "Ce n’était pas moi : tout arrêter")


# --- what is told ------------------------------------------------------------------------------------------------


@both
def test_a_sign_in_from_a_new_browser_is_told_and_stopped_without_signing_in(portal: Portal) -> None:
    anne = portal.person()
    own, thief = portal.browser(), portal.browser("203.0.113.9")
    portal.sign_in(own, anne)
    assert not [letter for letter in portal.emails(anne.email) if "Nouvelle connexion" in letter.subject]
    thief.extra_environ["HTTP_USER_AGENT"] = FIREFOX
    portal.sign_in(thief, anne)
    letter = notice(portal, anne.email, "Nouvelle connexion à votre compte")
    assert "Firefox sur Windows" in letter.text and "203.0.113.9" in letter.text
    reader = portal.browser()
    page = reader.get(link(letter)).follow()
    assert "sessions ouvertes" in text(page) and thief.get("/compte").status_int == 200, "a GET changes nothing"
    assert "C’est arrêté" in text(press(page, "Ce n’était pas moi : tout arrêter"))
    assert thief.get("/compte").status_int == 303 and own.get("/compte").status_int == 303
    assert reader.get("/compte").status_int == 303, "whoever reads the mail is not signed in"


def test_the_same_browser_at_the_same_place_is_no_news(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    press(browser.get("/compte"), "Me déconnecter")
    portal.sign_in(browser, anne)
    assert not [letter for letter in portal.emails(anne.email) if "connexion à votre compte" in letter.subject]


def test_a_known_browser_elsewhere_is_told(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    press(browser.get("/compte"), "Me déconnecter")
    browser.extra_environ["REMOTE_ADDR"] = "203.0.113.9"
    portal.sign_in(browser, anne)
    assert "203.0.113.9" in notice(portal, anne.email, "Nouvelle connexion à votre compte").text


def test_a_changed_password_is_told_and_the_new_one_is_frozen(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    change(browser)
    letter = notice(portal, anne.email, "Votre mot de passe a été changé")
    stop(portal.browser(), letter)
    assert browser.get("/compte").status_int == 303
    page = portal.browser().get("/connexion/otp")
    answer = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": NEW})
    assert "Identifiant ou mot de passe incorrect" in text(answer.maybe_follow())


def test_a_new_device_is_told_and_frozen_by_its_reference(portal: Portal) -> None:
    _, anne = portal.signed_in()
    with portal.db.writing() as session:
        lock_accounts(portal.registry, session, anne.subject)
        portal.registry.notify(DeviceAdded(session, anne.subject, "totp", "ref-1", "Application", "Pixel d’Anne"))
    letter = notice(portal, anne.email, "Un nouveau dispositif ouvre votre compte")
    assert "Pixel d’Anne" in letter.text
    stop(portal.browser(), letter)
    assert frozen(portal, anne) == [("totp", "ref-1")]


def test_a_frozen_credential_proves_nothing_in_any_mode_that_uses_it(portal: Portal) -> None:
    anne = portal.person()
    suspend_factor(portal, anne, "passkey", "key-1")
    now, factors = portal.clock.now(), frozenset({Factor.REMOTE_DEVICE})
    by_qr = Proof(mode="qr_code", factors=factors, means=("pop",), at=now, authenticator="key-1")
    other = Proof(mode="passkey", factors=factors, means=("pop",), at=now, authenticator="key-2")
    with portal.db.reading() as session:
        assert portal.find(SuspendedFactors).refuses(session, anne.subject, by_qr)
        assert not portal.find(SuspendedFactors).refuses(session, anne.subject, other)
        assert not portal.find(SuspendedFactors).refuses(session, "somebody", by_qr)


def test_many_refused_codes_are_told_once_a_day_and_name_the_password(portal: Portal) -> None:
    anne = portal.person()
    guess(portal, anne, times=5)
    assert refusals.look(portal.registry) == 1
    assert refusals.look(portal.registry) == 0
    letter = notice(portal, anne.email, "Plusieurs connexions refusées à votre compte")
    stop(portal.browser(), letter)
    assert frozen(portal, anne) == [("password", "")], "whoever is asked for a code knows the password"


def test_guesses_at_a_password_freeze_nothing(portal: Portal) -> None:
    anne = portal.person()
    for number in range(5):
        page = portal.browser(f"198.51.100.{number}").get("/connexion/otp")
        send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": f"pas-celui-là-{number}"})
        portal.clock.advance(minutes=3)
    refusals.look(portal.registry)
    letter = notice(portal, anne.email, "Plusieurs connexions refusées à votre compte")
    assert "n’ouvrira plus rien" not in letter.text
    stop(portal.browser(), letter)
    assert frozen(portal, anne) == []


def test_four_refusals_are_nobody_s_news(portal: Portal) -> None:
    guess(portal, portal.person(), times=4)
    assert refusals.look(portal.registry) == 0


# --- what is frozen, and how it is lifted ------------------------------------------------------------------------


def test_the_support_lifts_a_frozen_factor_once_identity_was_checked(portal: Portal) -> None:
    anne = portal.person()
    suspend_factor(portal, anne, "password")
    browser, _ = portal.signed_in(roles=["support"])
    page = browser.get(f"/support/comptes/{anne.subject}")
    assert "Identifiant - Mot de passe" in text(page)
    page = press(page, "Débloquer").follow()
    assert "vérifié l’identité" in text(page) and frozen(portal, anne) == [("password", "")]
    send(page, {"J’ai vérifié l’identité de la personne pour débloquer": True}, "Débloquer")
    assert frozen(portal, anne) == []
    portal.sign_in(portal.browser(), anne)


def told_of_a_new_browser(portal: Portal, person: Person) -> ReceivedEmail:
    """Sign in from two browsers; return the notice about the second one."""
    portal.sign_in(portal.browser(), person)
    other = portal.browser("203.0.113.9")
    other.extra_environ["HTTP_USER_AGENT"] = FIREFOX
    portal.sign_in(other, person)
    return notice(portal, person.email, "Nouvelle connexion à votre compte")


def test_who_has_mailed_codes_only_is_told_before_that_nothing_would_be_left(portal: Portal) -> None:
    """One click at night locked the account until Monday, without a word about it before."""
    anne = portal.person()
    letter = told_of_a_new_browser(portal, anne)
    reader = portal.browser()
    page = reader.get(link(letter)).follow()
    assert "Vous non plus ne pourrez plus vous connecter" in text(page)
    answer = press(page, "Fermer les sessions seulement")
    assert "connexion" in answer.location
    assert frozen(portal, anne) == []
    page = press(reader.get(link(letter)).follow(), "Ce n’était pas moi : tout arrêter")
    assert page.html.find("a", href="/connexion/oubli/tout") is not None
    assert frozen(portal, anne) == [("password", "")], "the lighter way has not used the link up"


def test_it_was_not_me_is_said_from_the_list_too_and_ends_this_session(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    told_of_a_new_browser(portal, anne)
    other = portal.browser()
    portal.sign_in(other, anne)
    page = browser.get("/compte/notifications")
    form = next(form for form in page.forms.values() if form.action.endswith("/signaler"))
    portal.clock.advance(minutes=11)
    assert "recent=1" in form.submit().location, "not from a session that was left open"
    portal.sign_in(browser, anne)
    page = browser.get("/compte/notifications")
    form = next(form for form in page.forms.values() if form.action.endswith("/signaler"))
    assert form.submit().location.endswith("/connexion")
    assert frozen(portal, anne) == [("password", "")]
    assert [each.get("/compte").status_int for each in (browser, other)] == [303, 303]


def test_nobody_contests_the_notice_of_another_person(portal: Portal) -> None:
    anne = portal.person()
    told_of_a_new_browser(portal, anne)
    with portal.db.reading() as session:
        (notice_id,) = session.scalars(select(NoticeRow.id).where(NoticeRow.subject == anne.subject)).all()
    browser, _ = portal.signed_in()
    token = browser.get("/compte/notifications").html.find("input", attrs={"name": "csrf_token"})["value"]
    browser.post("/compte/notifications/signaler", {"csrf_token": token, "notice": notice_id})
    assert browser.post("/compte/notifications/signaler", {"notice": notice_id}, expect_errors=True).status_int >= 400
    assert frozen(portal, anne) == []
    portal.clock.advance(days=8)
    portal.sign_in(browser, anne)
    token = browser.get("/compte/notifications").html.find("input", attrs={"name": "csrf_token"})["value"]
    browser.post("/compte/notifications/signaler", {"csrf_token": token, "notice": notice_id})
    assert frozen(portal, anne) == [], "after seven days it stops nothing"


@pytest.mark.settings(**{"portal.on_call_phone": "05 56 79 00 00"})
def test_the_on_call_contact_is_shown_while_the_support_is_closed(portal: Portal) -> None:
    assert "05 56 79 00 00" not in portal.browser().get("/connexion").text, "Monday morning"
    for closed in ({"hours": 14}, {"days": 4, "hours": 10}):
        portal.clock.advance(**closed)
        assert "05 56 79 00 00" in portal.browser().get("/connexion").text, closed
    anne = portal.person()
    page = stop(portal.browser(), told_of_a_new_browser(portal, anne))
    assert "Astreinte" in text(page) and "05 56 79 00 00" in text(page)


@pytest.mark.settings(**{"esea_auth.modes": "password mail_code totp"})
def test_what_is_left_is_named_before_and_after(portal: Portal) -> None:
    anne = portal.person()
    give_application(portal, anne)
    with portal.db.writing() as session:
        event = DeviceAdded(session, anne.subject, "passkey", "ref-1", "Clé d’accès", "Clé inconnue")
        portal.registry.notify(event)
    page = portal.browser().get(link(notice(portal, anne.email, "Un nouveau dispositif ouvre votre compte"))).follow()
    assert "Application d’authentification" in text(page)
    assert "sessions seulement" not in text(page)
    page = press(page, "Ce n’était pas moi : tout arrêter")
    assert page.html.find("a", href="/connexion/totp") is not None


def test_a_frozen_password_is_not_lifted_by_a_reset_through_the_mailbox_alone(portal: Portal) -> None:
    anne = portal.person()
    suspend_factor(portal, anne, "password")
    browser = portal.browser()
    send(browser.get("/connexion/oubli/mot-de-passe"), {"Identifiant ou email": anne.identifier})
    page = browser.get(path_in(portal.emails(anne.email)[-1], "/connexion/reinitialisation/")).follow()
    page = send(page, {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}).follow()
    assert "il reste bloqué" in text(page)
    assert frozen(portal, anne) == [("password", "")]


def test_one_s_own_factor_is_lifted_at_the_top_level_only(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    suspend_factor(portal, anne, "totp", "ref-1")
    page = browser.get("/compte/notifications")
    portal.clock.advance(minutes=11)
    answer = press(page, "Débloquer totp")
    assert "/connexion" in answer.location and "recent=1" in answer.location
    assert frozen(portal, anne) == [("totp", "ref-1")]


# --- what people wish --------------------------------------------------------------------------------------------


def test_notices_of_safety_can_t_be_switched_off(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    page = browser.get("/compte/notifications")
    form = next(form for form in page.forms.values() if form.action.endswith("/choisir"))
    assert "sujet.security" not in form.fields
    answer = browser.post(form.action, {**dict(form.submit_fields()), "sujet.security": ""})
    assert answer.status_int == 303
    portal.sign_in(portal.browser("203.0.113.9"), anne)
    assert "203.0.113.9" in notice(portal, anne.email, "Nouvelle connexion à votre compte").text


def test_who_asks_is_told_of_each_sign_in(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    send(browser.get("/compte/notifications"), {"Chaque connexion à mon compte": True}, "Enregistrer")
    assert browser.get("/compte/notifications").html.find(id="sujet-every_sign_in").has_attr("checked")
    press(browser.get("/compte"), "Me déconnecter")
    portal.sign_in(browser, anne)
    assert "Vous avez demandé" in notice(portal, anne.email, "Connexion à votre compte").text


def test_a_receipt_that_is_not_wanted_is_not_sent(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    label = "Accusés de réception de mes demandes d’accès"
    send(browser.get("/compte/notifications"), {label: False}, "Enregistrer")
    before = len(portal.emails(anne.email))
    send(browser.get("/services/ror/adhesion"), ADHESION)
    assert "En attente" in text(browser.get("/compte/demandes"))
    assert len(portal.emails(anne.email)) == before


def test_what_was_told_is_listed(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    change(browser)
    assert "Votre mot de passe a été changé" in text(browser.get("/compte/notifications"))


# --- helpers -----------------------------------------------------------------------------------------------------


def change(browser: TestApp) -> None:
    answers = {
        "Mot de passe actuel": PASSWORD,
        "Nouveau mot de passe": NEW,
        "Confirmez votre nouveau mot de passe": NEW,
    }
    send(browser.get("/compte/mot-de-passe"), answers)


def guess(portal: Portal, anne: Person, *, times: int) -> None:
    """Type wrong codes after the right password."""
    page = portal.browser("203.0.113.9").get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).maybe_follow()
    right = portal.emails(anne.email)[-1].code
    for number in range(times):
        wrong = f"{(int(right) + number + 1) % 1_000_000:06d}"
        page = send(page, {"Code reçu par courriel": wrong}).maybe_follow()
        portal.clock.advance(seconds=1)


def suspend_factor(portal: Portal, person: Person, mode: str, reference: str = "") -> None:
    with portal.db.writing() as session:
        portal.find(SuspendedFactors).suspend_factor(session, person.subject, mode, reference, reason="contested")


def frozen(portal: Portal, person: Person) -> list[tuple[str, str]]:
    with portal.db.reading() as session:
        return [(one.mode, one.reference) for one in portal.find(SuspendedFactors).of(session, person.subject)]


# --- the telephone -----------------------------------------------------------------------------------------------


WHERE = {
    "Lieu d’exercice": "CHU d’Essai",
    "Adresse": "2 rue Neuve",
    "Code postal": "87000",
    "Ville": "Limoges",
    "Département": "Haute-Vienne",
}


def change_number(browser: TestApp, **numbers: str) -> None:
    send(browser.get("/compte/profil/modifier"), {**WHERE, **numbers}).follow()


@both
def test_a_changed_telephone_is_told_and_its_link_ends_the_session_that_changed_it(portal: Portal) -> None:
    browser, anne = portal.signed_in(phone="+33556000000")
    change_number(browser, Mobile="06 12 34 56 78")
    letter = notice(portal, anne.email, "Votre numéro de téléphone a été changé")
    assert "se termine par 78" in letter.text and "12 34" not in letter.text, "a mailbox gives no number away"
    assert "Votre numéro de téléphone a été changé" in text(browser.get("/compte/notifications"))
    assert "remettre votre numéro" in text(stop(portal.browser(), letter)), "the link gives nothing back by itself"
    assert browser.get("/compte").status_int == 303


def test_a_number_that_goes_is_told_too_and_another_city_is_not(portal: Portal) -> None:
    browser, anne = portal.signed_in(phone="+33556000000", mobile="+33612345678")
    told = len(portal.emails(anne.email))
    change_number(browser)
    assert len(portal.emails(anne.email)) == told
    change_number(browser, Téléphone="")
    assert "retiré" in notice(portal, anne.email, "Votre numéro de téléphone a été changé").text

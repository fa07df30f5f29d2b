"""Back in after a lapse: forgotten password, forgotten identifier, lost mailbox; and changing one's password."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from tests.recovery import ask_link, lose_mailbox, mailed_link, reset

from esea_auth_plugin.authentication.attempts.models import SavedFormRow
from esea_auth_plugin.interfaces import IAccounts, IReviews
from esea_auth_plugin.sign_in.saved_forms import _SECRET
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import PASSWORD, Portal

NEW = "Girafe-Tambour-Melon-48"


def test_known_and_unknown_see_the_same_page(portal: Portal) -> None:
    anne = portal.person()
    assert text(ask_link(portal, anne.identifier)) == text(ask_link(portal, "personne.inconnue"))


def test_the_link_sets_a_password_closes_every_session_and_signs_nobody_in(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    answer = reset(portal, anne)
    assert answer.location.endswith("/connexion")
    assert browser.get("/compte").status_int == 303, "the former session is over"
    page = portal.browser().get("/connexion/mot-de-passe", params={"service": "smur-tab"})
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": PASSWORD})
    assert "incorrect" in text(page)
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": NEW})
    assert page.location.endswith("/services/smur-tab")


def test_the_address_of_the_page_holds_no_token_and_a_get_uses_nothing_up(portal: Portal) -> None:
    anne = portal.person()
    ask_link(portal, anne.identifier)
    path = mailed_link(portal, anne.email)
    for _ in range(3):  # a mail scanner, then the person
        page = portal.browser().get(path)
        assert urlsplit(page.location).path == "/connexion/reinitialisation"
    page = page.follow()
    assert path.rpartition("/")[2] not in page.text


def test_a_link_serves_once_for_half_an_hour_and_a_newer_one_kills_it(portal: Portal) -> None:
    anne = portal.person()
    ask_link(portal, anne.identifier)
    first = mailed_link(portal, anne.email)
    ask_link(portal, anne.identifier)
    second = mailed_link(portal, anne.email)
    assert "n'est plus valable" in text(portal.browser().get(first).follow(status=410))
    browser = portal.browser()
    page = browser.get(second).follow()
    send(page, {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW})
    assert "n'est plus valable" in text(portal.browser().get(second).follow(status=410))
    portal.clock.advance(hours=2)
    ask_link(portal, anne.identifier)
    third = mailed_link(portal, anne.email)
    portal.clock.advance(minutes=30)
    assert "n'est plus valable" in text(portal.browser().get(third).follow(status=410))


def test_after_a_reset_by_mail_alone_mailed_codes_open_nothing_for_a_day(portal: Portal) -> None:
    anne = portal.person()
    reset(portal, anne)
    assert "Codes par courriel : suspendus" in " ".join(portal.emails(anne.email)[-1].text.split())
    emails = len(portal.emails(anne.email))
    page = portal.browser().get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": NEW}).follow()
    assert "jusqu’au" in text(page)
    assert len(portal.emails(anne.email)) == emails, "no code is sent that would open nothing"
    portal.clock.advance(hours=24)
    page = portal.browser().get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": NEW}).follow()
    assert send(page, {"Code reçu par courriel": portal.emails(anne.email)[-1].code}).location.endswith("/compte")


def test_the_support_lifts_the_quarantine(portal: Portal) -> None:
    anne, lucie = portal.person(), portal.person(roles=["support"])
    reset(portal, anne)
    portal.deliver()
    with portal.db.writing() as session:
        portal.find(IAccounts).bar_mail_code(session, anne.subject, None, by=lucie.subject)
    page = portal.browser().get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": NEW}).follow()
    assert send(page, {"Code reçu par courriel": portal.emails(anne.email)[-1].code}).location.endswith("/compte")


def test_a_weak_password_is_refused_by_a_reset_too(portal: Portal) -> None:
    anne = portal.person()
    page = reset(portal, anne, "motdepasse123")
    assert page.status_int == 200
    assert "Nouveau mot de passe" in text(page)


def test_a_forgotten_identifier_comes_by_mail_and_is_never_shown(portal: Portal) -> None:
    anne = portal.person()
    page = portal.browser().get("/connexion/oubli/identifiant")
    page = send(page, {"Email": anne.email}).follow()
    assert anne.identifier not in text(page)
    assert anne.identifier in portal.emails(anne.email)[-1].text
    page = portal.browser().get("/connexion/oubli/identifiant")
    send(page, {"Email": "inconnue@chu.example.fr"}).follow()
    assert portal.emails("inconnue@chu.example.fr") == []


def test_a_lost_mailbox_is_replaced_only_after_a_recorded_check_of_identity(portal: Portal) -> None:
    anne, lucie = portal.person(), portal.person(roles=["support"])
    page = lose_mailbox(portal, anne.identifier)
    reference = re.search(r"DEM-\w{4}-\w{4}", text(page))
    assert reference is not None, text(page)
    assert "Ce n’était pas vous" in portal.emails(anne.email)[-1].text, "the old address is warned"
    reviews = portal.find(IReviews)
    with portal.db.writing() as session:
        review = reviews.by_reference(session, reference[0])
        kept = frozenset({"identity_checked"})
        reviews.decide(session, review.id, accept=True, by=lucie.subject, kept=kept)
    browser = portal.browser()
    page = browser.get(mailed_link(portal, "anne.neuve@chu.example.fr")).follow()
    send(page, {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW})
    with portal.db.reading() as session:
        account = portal.find(IAccounts).by_subject(session, anne.subject)
    assert account.email == "anne.neuve@chu.example.fr"
    assert account.mail_code_barred_until is None, "the reviewer's check stands for the second factor"
    subjects = [letter.subject for letter in portal.emails(anne.email)]
    assert "L’adresse de votre compte a été remplacée" in subjects
    told = next(letter for letter in portal.emails(anne.email) if "remplacée" in letter.subject)
    assert "/adresse-precedente/" in told.text, "the former address may object, whoever changed it"


def test_without_the_recorded_check_nothing_is_mailed(portal: Portal) -> None:
    anne, lucie = portal.person(), portal.person(roles=["support"])
    page = lose_mailbox(portal, anne.identifier)
    reference = re.search(r"DEM-\w{4}-\w{4}", text(page))
    assert reference is not None, text(page)
    reviews = portal.find(IReviews)
    try:
        with portal.db.writing() as session:
            review = reviews.by_reference(session, reference[0])
            reviews.decide(session, review.id, accept=True, by=lucie.subject)
    except Exception as error:
        assert "vérifié l’identité" in str(error)
    else:
        raise AssertionError("accepted without a check")
    assert portal.emails("anne.neuve@chu.example.fr") == []


def test_a_lost_mailbox_of_nobody_gets_the_same_answer(portal: Portal) -> None:
    anne = portal.person()
    assert "Votre demande est enregistrée" in text(lose_mailbox(portal, "autre.inconnue"))
    known = re.sub(r"DEM-\w{4}-\w{4}", "", text(lose_mailbox(portal, anne.identifier)))
    unknown = re.sub(r"DEM-\w{4}-\w{4}", "", text(lose_mailbox(portal, "personne.inconnue")))
    assert known == unknown


def test_changing_ones_password_ends_the_other_sessions_and_tells(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    other = portal.browser()
    portal.sign_in(other, anne)
    page = browser.get("/compte/mot-de-passe")
    wrong = {
        "Mot de passe actuel": "pas celui-là du tout",
        "Nouveau mot de passe": NEW,
        "Confirmez votre nouveau mot de passe": NEW,
    }
    page = send(page, wrong)
    assert "pas votre mot de passe actuel" in text(page)
    page = send(page, {**wrong, "Mot de passe actuel": PASSWORD})
    assert page.location.endswith("/compte")
    assert browser.get("/compte").status_int == 200
    assert other.get("/compte").status_int == 303
    assert "Ce n’était pas vous" in portal.emails(anne.email)[-1].text


def test_a_form_sent_after_the_end_survives_for_the_same_person_only(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    page = browser.get("/services/viatrajectoire/adhesion")
    portal.clock.advance(minutes=31)
    motive = "J'ai besoin d'orienter mes patients en soins de suite."
    answer = send(page, {"Motif de l'inscription": motive})
    assert "/connexion?" in answer.location
    assert motive not in answer.location
    portal.sign_in(browser, anne)
    page = browser.get("/connexion/reprise")
    assert motive in text(page)
    assert press(page, "Renvoyer").status_int in {200, 303}

    page = browser.get("/services/viatrajectoire/adhesion")
    portal.clock.advance(minutes=31)
    send(page, {"Motif de l'inscription": motive})
    paul = portal.person()
    portal.sign_in(browser, paul)
    assert browser.get("/connexion/reprise").status_int == 303, "another person sees nothing of it"


@pytest.mark.databases("sqlite")
def test_a_form_with_a_password_is_not_kept_at_all(portal: Portal) -> None:
    """The page would show, in clear, what is typed as dots."""
    browser, anne = portal.signed_in()
    page = browser.get("/compte/mot-de-passe")
    portal.clock.advance(minutes=11)
    values = {
        "Mot de passe actuel": PASSWORD,
        "Nouveau mot de passe": NEW,
        "Confirmez votre nouveau mot de passe": NEW,
    }
    assert "recent=1" in send(page, values).location
    with portal.db.reading() as session:
        assert session.scalars(select(SavedFormRow)).all() == []
    portal.sign_in(browser, anne)
    assert browser.get("/connexion/reprise").location.endswith("/compte")


@pytest.mark.databases("sqlite")
def test_every_field_of_a_secret_is_known_as_one(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    for path in ("/compte/mot-de-passe", "/connexion/otp", "/inscription"):
        for field in browser.get(path).maybe_follow().html.find_all("input", attrs={"type": "password"}):
            assert _SECRET.search(str(field["name"])), f"{field['name']}, on {path}"


@pytest.mark.databases("sqlite")
def test_what_waited_is_read_again_in_the_words_of_its_page(portal: Portal) -> None:
    browser, anne = portal.signed_in(phone="+33556000000")
    page = browser.get("/compte/profil/modifier")
    portal.clock.advance(minutes=11)
    where = {"Adresse": "2 rue Neuve", "Code postal": "87000", "Ville": "Limoges", "Département": "Haute-Vienne"}
    send(page, {"Lieu d’exercice": "CHU d’Essai", **where})
    portal.sign_in(browser, anne)
    page = browser.get("/connexion/reprise")
    assert "Lieu d’exercice CHU d’Essai" in text(page) and "Département Haute-Vienne" in text(page)
    assert "à jour" in text(press(page, "Renvoyer").follow())


@pytest.mark.databases("sqlite")
def test_a_button_that_waited_asks_for_one_more_press_and_shows_no_machinery(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    page = browser.get("/compte/mes-donnees")
    portal.clock.advance(minutes=11)
    press(page, "Télécharger le fichier")
    portal.sign_in(browser, anne)
    page = browser.get("/connexion/reprise")
    assert "Télécharger mes données" in text(page) and page.html.find("dl") is None
    assert press(page, "Continuer").content_type == "application/json"


@pytest.mark.databases("sqlite")
def test_what_is_abandoned_is_deleted_and_not_opened(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    page = browser.get("/compte/mes-donnees")
    portal.clock.advance(minutes=11)
    press(page, "Télécharger le fichier")
    portal.sign_in(browser, anne)
    answer = press(browser.get("/connexion/reprise"), "Abandonner")
    assert answer.location.endswith("/compte")
    assert "rien n’a été enregistré" in text(answer.follow())
    with portal.db.reading() as session:
        assert session.scalars(select(SavedFormRow)).all() == []
    assert browser.get("/connexion/reprise").location.endswith("/compte")

"""Lost devices: a printed code, and the way back of who lost everything."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.devices import (
    ADD,
    MODES,
    add_application,
    by_application,
    code_now,
    give_application,
    give_codes,
    with_password,
)
from tests.email_change import changed
from tests.recovery import (
    accept_twice,
    agree,
    agree_again,
    ask_link,
    lose_everything,
    lose_mailbox,
    mailed_link,
    mailed_path,
    with_code,
)

from esea_auth_plugin.interfaces import IAccounts, IMailboxes
from esea_auth_plugin.testing.pages import fill, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import reference_on

pytestmark = pytest.mark.settings(**MODES)

NEW = "Girafe-Tambour-Melon-48"


def test_a_forgotten_password_offers_every_other_factor(portal: Portal) -> None:
    """One of them may be lost as well: the application, or the printed codes."""
    anne = portal.person()
    key, printed = give_application(portal, anne), give_codes(portal, anne)
    for mode, proof in (("totp", key), ("recovery_codes", printed[0])):
        portal.clock.advance(hours=1)
        ask_link(portal, anne.identifier)
        browser = portal.browser()
        page = browser.get(mailed_link(portal, anne.email)).follow()
        assert "l’un de ces moyens, au choix" in text(page)
        title = {"totp": "Application d’authentification", "recovery_codes": "Code de secours"}[mode]
        page = press(page, f"Continuer avec « {title} »").follow()
        field = {"totp": "Code de l’application", "recovery_codes": "Code de secours"}[mode]
        page = send(page, {field: code_now(portal, proof) if mode == "totp" else proof}).follow()
        page = send(page, {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}).follow()
        assert "Votre mot de passe a été changé" in text(page)
        assert browser.get("/compte").status_int == 303, "nobody is signed in by it"


def test_the_mailbox_alone_never_begins_a_factor_that_the_account_has_not(portal: Portal) -> None:
    anne = portal.person()
    give_application(portal, anne)
    ask_link(portal, anne.identifier)
    browser = portal.browser()
    page = browser.get(mailed_link(portal, anne.email)).follow()
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    for mode in ("password", "mail_code", "recovery_codes", "passkey", "", "x"):
        answer = browser.post("/connexion/reinitialisation/facteur", {"csrf_token": token, "mode": mode})
        assert urlsplit(answer.location).path == "/connexion/reinitialisation", mode
    token_only = {"csrf_token": token, "password": NEW, "password_again": NEW}
    assert "Votre compte est protégé" in text(browser.post("/connexion/reinitialisation", token_only))


def test_a_printed_code_replaces_a_lost_telephone_and_opens_nothing_else(portal: Portal) -> None:
    anne = portal.person(services=["espace-pro"])
    give_application(portal, anne)
    printed = give_codes(portal, anne)
    browser = portal.browser()
    page = with_code(browser, anne, printed[0])
    assert urlsplit(page.location).path == "/connexion/nouveau-dispositif"
    for path in (
        "/compte",
        "/compte/dispositifs",
        "/services/espace-pro",
        "/compte/mot-de-passe",
    ):
        answer = browser.get(path)
        assert answer.status_int == 303, path
        assert "/connexion" in answer.location, f"{path} is closed to a ticket"
    page = page.follow()
    assert "vous n’êtes pas encore connecté(e)" in text(page)
    assert "Imprimer des codes" not in text(page)
    page = press(page, ADD).follow()
    key, page = add_application(portal, page)
    assert urlsplit(page.location).path == "/connexion"
    assert "est ajouté. Connectez-vous avec lui" in text(page.follow())
    assert browser.get("/compte").status_int == 303, "nobody was signed in by it"
    assert "/oubli/dispositif" in browser.get("/connexion/nouveau-dispositif").location, "the ticket is used up"
    assert by_application(portal, browser, anne, key).location.endswith("/compte")
    subjects = " ".join(letter.subject for letter in portal.emails(anne.email))
    assert "Un code de secours de votre compte a servi" in subjects


def test_a_ticket_lasts_half_an_hour_and_its_codes_die_with_their_use(portal: Portal) -> None:
    anne = portal.person()
    give_application(portal, anne)
    printed = give_codes(portal, anne)
    browser = portal.browser()
    page = with_code(browser, anne, printed[0]).follow()
    portal.clock.advance(minutes=30)
    assert "/oubli/dispositif" in press(page, ADD).location
    page = with_code(portal.browser(), anne, printed[0])
    assert "n’est pas accepté" in text(page)


@pytest.fixture
def lost(portal: Portal) -> tuple[Person, str, str]:
    """Anne lost everything: herself, the key of her lost telephone, the reference of her request."""
    anne = portal.person(services=["espace-pro"])
    key = give_application(portal, anne)
    return anne, key, reference_on(lose_everything(portal, anne.identifier))


def test_known_and_unknown_see_the_same_page(portal: Portal) -> None:
    anne = portal.person()
    pages = [re.sub(r"DEM-\w{4}-\w{4}", "", text(lose_everything(portal, login))) for login in (anne.identifier, "x.y")]
    assert pages[0] == pages[1]
    assert anne.email not in pages[0]
    assert "Ce n’était pas vous" in portal.emails(anne.email)[-1].text, "the person is told at once"


def test_two_reviewers_agree_and_the_person_begins_anew(portal: Portal, lost: tuple[Person, str, str]) -> None:
    anne, old_key, reference = lost
    old_session = portal.browser()
    first, lucie = portal.signed_in(roles=["support"], first_name="Lucie")
    second, marc = portal.signed_in(roles=["support"], first_name="Marc")
    page = agree(portal, first, reference).follow()
    assert "Une autre personne de l'équipe doit donner le sien" in text(page)
    assert all("retrouver" not in letter.text for letter in portal.emails(anne.email)), "one is not enough"
    assert "Vous avez déjà donné votre accord" in text(agree_again(first, f"/support/acces-perdus/{reference}"))
    page = agree(portal, second, reference).follow()
    assert "acceptée" in text(page)
    for reviewer in (lucie, marc):
        assert reference in portal.emails(reviewer.email)[-1].text, "who agreed is told"

    browser = portal.browser()
    path = mailed_path(portal, anne.email)
    for _ in range(2):  # a mail scanner, then the person: a GET uses nothing up
        page = browser.get(path).follow()
    assert path.rpartition("/")[2] not in page.text
    page = send(page, {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW})
    assert urlsplit(page.location).path == "/connexion/nouveau-dispositif"
    assert browser.get("/compte").status_int == 303, "nobody is signed in by it"
    page = press(page.follow(), ADD).follow()
    key, page = add_application(portal, page)
    assert by_application(portal, browser, anne, key, NEW).location.endswith("/compte")
    portal.clock.advance(minutes=1)
    lost_one = with_password(old_session, anne, "totp", NEW)
    assert "n’est pas accepté" in text(send(lost_one, {"Code de l’application": code_now(portal, old_key)}))
    assert "L’accès à votre compte a été rétabli" in " ".join(each.subject for each in portal.emails(anne.email))
    assert "ce lien a servi" in portal.emails(lucie.email)[-1].text


def test_the_reviewers_are_warned_of_an_address_that_one_of_them_moved(portal: Portal) -> None:
    """One reviewer moves the mailbox of a lost account, then the two who agree send the link there."""
    anne, lucie = portal.person(), portal.person(roles=["support"])
    portal.clock.advance(days=60)
    browser, _ = portal.signed_in(roles=["support"], first_name="Marc")
    warning = "depuis moins de 30 jours"
    reference = reference_on(lose_everything(portal, anne.identifier))
    assert warning not in text(browser.get(f"/support/acces-perdus/{reference}"))
    with portal.db.writing() as session:
        portal.find(IAccounts).change_email(session, anne.subject, "anne@ailleurs.fr", by=lucie.subject)
    assert warning in text(browser.get(f"/support/acces-perdus/{reference}"))
    portal.clock.advance(days=30)
    portal.sign_in(browser, lucie)
    assert warning not in text(browser.get(f"/support/acces-perdus/{reference}"))


def test_no_link_goes_to_a_mailbox_that_is_not_believed(portal: Portal, lost: tuple[Person, str, str]) -> None:
    anne, _, reference = lost
    with portal.db.writing() as session:
        portal.find(IMailboxes).unverify(session, anne.email.rpartition("@")[2], reason="lapsed")
    browser, _ = portal.signed_in(roles=["support"], email="lucie@esea.example")
    assert "Faites d’abord changer l’adresse" in text(agree(portal, browser, reference).maybe_follow())
    portal.deliver()
    assert all("retrouver" not in letter.text for letter in portal.emails(anne.email))


def test_the_link_serves_once_for_a_day(portal: Portal, lost: tuple[Person, str, str]) -> None:
    anne, _, reference = lost
    accept_twice(portal, reference)
    path = mailed_path(portal, anne.email)
    early, late = portal.browser(), portal.browser()
    pages = [browser.get(path).follow() for browser in (early, late)]
    values = {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}
    assert "nouveau-dispositif" in send(pages[0], values).location
    assert "n’est plus valable" in text(fill(pages[1], values).submit(status=410))
    second = reference_on(lose_everything(portal, anne.identifier))
    accept_twice(portal, second)
    path = mailed_path(portal, anne.email)
    portal.clock.advance(hours=24)
    assert "n’est plus valable" in text(portal.browser().get(path).follow(status=410))


def test_without_the_recorded_check_an_agreement_counts_for_nothing(
    portal: Portal, lost: tuple[Person, str, str]
) -> None:
    _, _, reference = lost
    browser, _ = portal.signed_in(roles=["support"])
    assert "Cochez que vous avez suivi la procédure" in text(agree(portal, browser, reference, checked=False))
    assert "Accord déjà donné" not in text(browser.get(f"/support/acces-perdus/{reference}"))


def test_the_person_themselves_counts_as_no_reviewer(portal: Portal) -> None:
    browser, marc = portal.signed_in(roles=["support"], first_name="Marc")
    reference = reference_on(lose_everything(portal, marc.identifier))
    page = browser.get(f"/support/acces-perdus/{reference}")
    assert "une autre personne de l'équipe doit la traiter" in text(page)
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    forced: dict[str, Any] = {"csrf_token": token, "choix.identity_checked": "1", "version": "0"}
    answer = browser.post(f"/support/acces-perdus/{reference}/accepter", forced, expect_errors=True)
    assert answer.status_int == 409


def test_a_refusal_tells_the_account_and_changes_nothing(portal: Portal, lost: tuple[Person, str, str]) -> None:
    anne, key, reference = lost
    browser, _ = portal.signed_in(roles=["support"])
    page = browser.get(f"/support/acces-perdus/{reference}")
    send(page, {"Motif ou précisions": "Identité non vérifiée."}, "Refuser la demande")
    assert "Identité non vérifiée." in portal.emails(anne.email)[-1].text
    page = by_application(portal, portal.browser(), anne, key)
    assert page.location is not None, text(page)
    assert page.location.endswith("/compte")


def test_while_a_former_address_may_object_it_is_told_and_nobody_agrees(portal: Portal) -> None:
    """A thief who changed the address first, and then says that everything is lost."""
    thief, anne = portal.signed_in()
    changed(portal, thief)
    reference = reference_on(lose_everything(portal, anne.identifier))
    assert any(reference in letter.text for letter in portal.emails(anne.email))
    reviewer, _ = portal.signed_in(roles=["support"])
    assert "il y a moins de 72 heures" in text(agree(portal, reviewer, reference))
    portal.clock.advance(hours=73)
    later, _ = portal.signed_in(roles=["support"])
    assert "Votre accord est noté" in text(agree(portal, later, reference).follow())


@pytest.mark.databases("sqlite")
def test_a_number_given_lately_is_not_one_to_call_back(portal: Portal) -> None:
    """Whoever changed the number would answer the call that checks their identity."""
    anne = portal.person(phone="+33556000000")
    portal.clock.advance(days=60)
    with portal.db.writing() as session:
        change = {"mobile": "+33699999999"}
        portal.find(IAccounts).change_attributes(session, anne.subject, change, origin="declared", by=anne.subject)
    reviewer, _ = portal.signed_in(roles=["support"])
    for queue, page in (
        ("acces-perdus", lose_everything(portal, anne.identifier)),
        ("boites-mail", lose_mailbox(portal, anne.identifier)),
    ):
        told = text(reviewer.get(f"/support/{queue}/{reference_on(page)}"))
        assert "Téléphone du dossier 05 56 00 00 00 Depuis le" in told
        assert "Mobile du dossier 06 99 99 99 99 ! À vérifier Depuis le" in told
        assert "passez par le standard" in told


@pytest.mark.databases("sqlite")
def test_a_young_account_s_address_and_numbers_are_never_shown_without_a_warning(portal: Portal) -> None:
    """Whoever opened an account a week ago gave its address and its numbers then."""
    anne = portal.person(phone="+33556000000")
    reviewer, _ = portal.signed_in(roles=["support"])
    for days in (0, 7, 13):
        portal.clock.advance(days=days)
        reviewer, _ = portal.signed_in(roles=["support"])
        for queue, page in (
            ("acces-perdus", lose_everything(portal, anne.identifier)),
            ("boites-mail", lose_mailbox(portal, anne.identifier)),
        ):
            told = text(reviewer.get(f"/support/{queue}/{reference_on(page)}"))
            assert "Téléphone du dossier 05 56 00 00 00 ! À vérifier" in told, queue
            assert f"Email confirmé {anne.email} ! À vérifier Confirmée le" in told, queue


@pytest.mark.databases("sqlite")
def test_a_lost_request_is_read_in_few_queries(portal: Portal, queries: Any) -> None:
    anne = portal.person(phone="+33556000000")
    give_application(portal, anne)
    reviewer, _ = portal.signed_in(roles=["support"])
    for queue, page in (
        ("acces-perdus", lose_everything(portal, anne.identifier)),
        ("boites-mail", lose_mailbox(portal, anne.identifier)),
    ):
        path = f"/support/{queue}/{reference_on(page)}"
        with queries() as seen:
            reviewer.get(path)
        # A dozen of them look for roles, other means of sign-in and a recent change of the address, and compare the
        # person with the reviewer. Two find the request that follows, when there is one.
        assert len(seen) <= 26, f"{path}: {seen}"

"""« Mon compte », the profile, and the support's pages of accounts."""

from __future__ import annotations

from typing import Any

import pytest

from esea_auth_plugin.accounts.attribute_store import prove as prove_attributes
from esea_auth_plugin.accounts.service import account_id_of
from esea_auth_plugin.foundation.layout.filters import date_fr
from esea_auth_plugin.interfaces import AccountState, IAccounts, IGrants, ISealer, ISessions
from esea_auth_plugin.testing.pages import field_error, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def test_mon_compte_shows_ones_services_and_those_one_may_ask_for(portal: Portal) -> None:
    browser, person = portal.signed_in(services=["espace-pro"])
    page = browser.get("/compte")
    assert person.display_name in text(page)
    assert page.html.find("a", href="/services/espace-pro") is not None
    assert page.html.find("a", href="/services/espace-pro/adhesion") is None
    assert page.html.find("a", href="/services/ror/adhesion") is not None
    for label in ("Modifier mes données personnelles", "Modifier mon mot de passe", "Me déconnecter"):
        assert label in page.html.get_text()


@pytest.mark.databases("sqlite")
def test_nobody_sees_mon_compte_signed_out(portal: Portal) -> None:
    for path in ("/compte", "/compte/profil", "/compte/profil/modifier"):
        answer = portal.browser().get(path, expect_errors=True)
        assert answer.status_int in {302, 303, 401, 403}


def test_contact_data_are_changed_by_the_person_and_shown_with_their_origin(portal: Portal) -> None:
    browser, person = portal.signed_in()
    answers = {
        "Lieu d’exercice": "CHU d’Essai",
        "Adresse": "2 rue Neuve",
        "Code postal": "87000",
        "Ville": "Limoges",
        "Département": "Haute-Vienne",
        "Téléphone": "05 55 05 55 55",
    }
    page = send(browser.get("/compte/profil/modifier"), answers).follow()
    assert "Limoges" in text(page) and "Haute-Vienne" in text(page) and "déclaré par vous" in text(page)
    with portal.db.reading() as session:
        values = portal.find(IAccounts).attributes(session, person.subject)
    assert values["phone"] == "+33555055555" and values["department"].endswith("|87")


@pytest.mark.databases("sqlite")
def test_a_telephone_is_asked_for(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    page = send(browser.get("/compte/profil/modifier"), {"Téléphone": "", "Mobile": ""})
    assert field_error(page, "Téléphone") and page.status_int == 200


@pytest.mark.databases("sqlite")
def test_adding_a_mobile_asks_for_nothing_else(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    send(browser.get("/compte/profil/modifier"), {"Mobile": "06 12 34 56 78"}).follow()
    with portal.db.reading() as session:
        values = portal.find(IAccounts).attributes(session, anne.subject)
    assert values["mobile"] == "+33612345678"
    assert "address" not in values and "workplace" not in values


@pytest.mark.databases("sqlite")
def test_one_s_own_line_and_workplace_take_the_place_of_proven_ones_and_the_support_is_told(portal: Portal) -> None:
    """A doctor changed hospital; the card still named the former one, and only the support could correct it."""
    browser, anne = portal.signed_in()
    proven = {"workplace": "CH d’Avant", "phone": "+33556000000"}

    def prove() -> None:
        with portal.db.writing() as session:
            portal.find(IAccounts).lock(session, anne.subject)
            sealer, now = portal.find(ISealer), portal.clock.now()
            prove_attributes(session, sealer, account_id_of(session, anne.subject) or "", proven, origin="psc", now=now)

    prove()
    page = browser.get("/compte/profil/modifier")
    assert "le support en est prévenu" in text(page)
    page = send(page, {"Lieu d’exercice": "CHU d’Après", "Téléphone": "05 57 00 00 00"}).follow()
    assert "modifié par vous" in text(page)
    (told,) = [each for each in portal.emails() if "Coordonnées prouvées" in each.subject]
    assert "Lieu d’exercice, Téléphone" in " ".join(told.text.split())
    assert "CHU d’Après" not in told.text and "05 57" not in told.text, "the email names what changed, not to what"
    prove()
    with portal.db.reading() as session:
        values = portal.find(IAccounts).attributes(session, anne.subject)
    assert values["workplace"] == "CHU d’Après", "the next sign-in does not put the former one back"
    assert "Votre numéro de téléphone a été changé" in [each.subject for each in portal.emails(anne.email)]


def test_the_support_finds_suspends_and_reactivates_an_account(portal: Portal) -> None:
    anne_browser, anne = portal.signed_in(last_name="Durand-Lévêque", services=["ror"])
    browser, _ = portal.signed_in(roles=["support"])
    page = send(browser.get("/support/comptes"), {"Rechercher": "leveque"})
    page = page.click(anne.display_name)
    page = page.click("Suspendre le compte")
    assert "ROR" in text(page), "what would be lost is said before"
    page = send(page, {"Motif de la suspension": "Départ de l’établissement"}).follow()
    assert "Suspendu" in text(page)
    told = portal.emails(anne.email)[-1]
    assert told.subject == "Votre compte est suspendu"
    assert "Départ de l’établissement" in told.text and "nouvel examen" in told.text  # CGU, section 8
    with portal.db.reading() as session:
        assert portal.find(IGrants).services_of(session, anne.subject) == frozenset()
    assert anne_browser.get("/compte", expect_errors=True).status_int != 200
    page = press(page, "Réactiver le compte").follow()
    with portal.db.reading() as session:
        assert portal.find(IAccounts).by_subject(session, anne.subject).state is AccountState.ACTIVE
        assert not portal.find(ISessions).of_subject(session, anne.subject)
        assert portal.find(IGrants).services_of(session, anne.subject) == {"ror"}
    assert portal.emails(anne.email)[-1].subject == "Votre compte est réactivé"


@pytest.mark.databases("sqlite")
def test_lifting_the_quarantine_needs_a_checked_identity(portal: Portal) -> None:
    anne = portal.person()
    with portal.db.writing() as session:
        until = portal.clock.now().replace(year=2027)
        portal.find(IAccounts).bar_mail_code(session, anne.subject, until)
    browser, _ = portal.signed_in(roles=["support"])
    page = browser.get(f"/support/comptes/{anne.subject}")
    unchecked = press(page, "Rétablir les codes par courriel").follow()
    assert "vérifié l’identité" in text(unchecked)
    send(unchecked, {"J’ai vérifié l’identité de la personne": True}, "Rétablir les codes par courriel")
    with portal.db.reading() as session:
        assert portal.find(IAccounts).by_subject(session, anne.subject).mail_code_barred_until is None


@pytest.mark.databases("sqlite")
def test_a_professional_sees_no_page_of_the_support(portal: Portal) -> None:
    browser, person = portal.signed_in()
    for path in ("/support/comptes", f"/support/comptes/{person.subject}"):
        assert browser.get(path, expect_errors=True).status_int in {403, 404}


@pytest.mark.databases("sqlite")
def test_the_list_of_accounts_costs_the_same_with_more_rows(portal: Portal, queries: object) -> None:
    browser, _ = portal.signed_in(roles=["support"])
    with queries() as few:  # type: ignore[operator]
        browser.get("/support/comptes")
    for _ in range(12):
        portal.person()
    with queries() as many:  # type: ignore[operator]
        browser.get("/support/comptes")
    assert len(few) == len(many) <= 12


@pytest.mark.databases("sqlite")
def test_mon_compte_costs_few_queries(portal: Portal, queries: object) -> None:
    browser, _ = portal.signed_in(services=["espace-pro", "ror"])
    with queries() as seen:  # type: ignore[operator]
        browser.get("/compte")
    assert len(seen) <= 12, str(seen)


# --- the numbers that the support calls back ---------------------------------------------------------------------


WHERE = {
    "Lieu d’exercice": "CHU d’Essai",
    "Adresse": "2 rue Neuve",
    "Code postal": "87000",
    "Ville": "Limoges",
    "Département": "Haute-Vienne",
}


def sheet_after(portal: Portal, reviewer: Person, anne: Person, days: int) -> str:
    """Return the support's page of an account, some days later."""
    portal.clock.advance(days=days)
    browser = portal.browser()
    portal.sign_in(browser, reviewer)
    return text(browser.get(f"/support/comptes/{anne.subject}"))


@pytest.mark.databases("sqlite")
def test_the_support_sees_since_when_a_number_holds_and_is_warned_of_a_new_one(portal: Portal) -> None:
    anne, first_day = portal.person(phone="+33556000000"), date_fr(portal.clock.now())
    lucie = portal.person(roles=["support"])
    portal.clock.advance(days=60)  # the numbers of a younger account are marked too
    browser = portal.browser()
    portal.sign_in(browser, anne)
    send(browser.get("/compte/profil/modifier"), {**WHERE, "Mobile": "06 12 34 56 78"})
    since = date_fr(portal.clock.now())
    told = sheet_after(portal, lucie, anne, 29)
    assert f"05 56 00 00 00 Depuis le {first_day}." in told, "a number of the first day is as old as the account"
    assert f"06 12 34 56 78 Récent Depuis le {since}, donné ou changé depuis moins de 30 jours" in told
    assert "passez par le standard" in told
    assert f"CHU d’Essai Récent Depuis le {since}, donné ou changé" in told, "its switchboard may be the thief's own"
    assert "Récent" not in sheet_after(portal, lucie, anne, 1)


@pytest.mark.databases("sqlite")
def test_the_support_s_page_of_an_account_costs_few_queries(portal: Portal, queries: Any) -> None:
    browser, _ = portal.signed_in(roles=["support"])
    anne = portal.person(services=["ror"], phone="+33556000000", workplace="CHU d’Essai")
    with queries() as seen:
        browser.get(f"/support/comptes/{anne.subject}")
    assert len(seen) <= 12, str(seen)


@pytest.mark.databases("sqlite")
def test_the_support_goes_from_an_account_to_what_it_asked_for(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    values = {
        "Motif de l'inscription": "Besoin des lits du 33",
        "Conditions d'Utilisation": "J'accepte les Conditions d'Utilisation",
    }
    send(browser.get("/services/ror/adhesion"), values)
    reviewer, _ = portal.signed_in(roles=["support"])
    page = reviewer.get(f"/support/comptes/{anne.subject}")
    assert "Dispositifs confirmés Aucun" in text(page)
    page = page.click("DEM-")
    assert page.request.path.startswith("/support/adhesions/") and "Besoin des lits du 33" in text(page)

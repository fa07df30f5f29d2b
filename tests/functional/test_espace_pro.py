"""From the first visit to the inside of the Espace Pro, and what can happen on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from webtest import TestApp, TestResponse

from esea_auth_plugin.accounts.attribute_store import prove
from esea_auth_plugin.accounts.service import account_id_of
from esea_auth_plugin.interfaces import IAccounts, IReviews, ISealer
from esea_auth_plugin.testing.pages import field_error, press, send, text
from oru_espace_pro_plugin.establishments.importing import import_if_new

TERMS = "Les conditions d'utilisation de l'Espace Pro"
ACCEPT = "J'accepte les conditions d'utilisation de l'Espace Pro"
FORM = {
    "Fonction": "Médecin urgentiste",
    "Spécialité": "Médecine d'urgence",
    "Vous êtes": "Un professionnel d'un SAMU ou d'un SMUR",
    "Complément information": "Médecin au SAMU 33, besoin de l'annuaire",
    "Téléphone": "05 56 00 00 00",
}


def form_page(browser: TestApp) -> TestResponse:
    """Accept the CGU and return the form."""
    page = browser.get("/espace-pro").follow().follow()
    assert "1. Ce qu'est l'Espace Pro" in text(page)
    return send(page, {TERMS: ACCEPT}).follow().follow()


def registered(portal: Any) -> tuple[TestApp, Any]:
    """Return somebody whose registration waits."""
    browser, person = portal.signed_in(services=["espace-pro"])
    send(form_page(browser), FORM)
    return browser, person


def team(portal: Any) -> TestApp:
    """Return a browser of the ORU team."""
    browser, _ = portal.signed_in(roles=["oru"], first_name="Odile")
    return browser


def open_request(browser: TestApp, person: Any) -> TestResponse:
    """Return the reviewer's page of the person's request."""
    return browser.get("/espace-pro/gestion/inscriptions").click(person.display_name)


def test_signed_out_the_page_is_public_and_leads_to_the_sign_in(portal: Any) -> None:
    page = portal.app.get("/espace-pro")
    assert "13 SAMU" in text(page) and "48 SMUR" in text(page) and "65 SU" in text(page)
    assert "juin 2026" in text(page)
    link = page.html.find("a", string="Connexion via l'Espace régional")
    assert link["href"] == "/connexion?service=espace-pro"


def test_from_the_first_visit_to_the_inside(portal: Any) -> None:
    import_if_new(portal.registry)
    browser, person = portal.signed_in(services=["espace-pro"])
    page = form_page(browser)
    assert person.email in text(page)
    page = send(page, FORM).follow()
    assert "Votre demande est en attente" in text(page)
    assert "Étape 1/2" in text(page) and "accordé" in text(page) and "Étape 2/2" in text(page)
    assert "contact.ror@oruna.fr" in text(page)
    assert portal.emails(person.email)[-1].subject.startswith("Votre demande d’inscription")

    press(open_request(team(portal), person), "Accepter la demande")
    letter = portal.emails(person.email)[-1]
    assert letter.subject == "L’Espace Pro vous est ouvert"
    assert "http://localhost/espace-pro" in letter.text

    page = browser.get("/espace-pro")
    assert "Bienvenue sur l'Espace Pro" in text(page)
    assert "41 dans l'annuaire aujourd'hui" in text(page) and "63 dans l'annuaire aujourd'hui" in text(page)
    assert browser.get("/espace-pro/inscription").location.endswith("/espace-pro")


def test_what_was_typed_comes_back_with_what_to_correct(portal: Any) -> None:
    browser, _ = portal.signed_in(services=["espace-pro"])
    page = send(form_page(browser), {**FORM, "Fonction": "Autre", "Téléphone": "12"})
    assert "Précisez votre fonction" in field_error(page, "Fonction autre")
    assert field_error(page, "Téléphone")
    assert "Médecin au SAMU 33" in page.text
    page = send(page, {"Fonction autre": "Logisticien", "Téléphone": "05 56 00 00 00"}).follow()
    assert "en attente" in text(page)


def test_refusing_the_terms_stays_there_and_says_what_it_means(portal: Any) -> None:
    browser, _ = portal.signed_in(services=["espace-pro"])
    page = browser.get("/espace-pro/inscription/conditions")
    page = send(page, {TERMS: "Je refuse"})
    assert "ne peut pas vous être ouvert" in text(page)
    assert browser.get("/espace-pro/inscription/formulaire").location.endswith("/espace-pro/inscription")


def test_more_is_asked_answered_and_accepted(portal: Any) -> None:
    browser, person = registered(portal)
    reviewer = team(portal)
    send(open_request(reviewer, person), {"Ce que la personne doit compléter": "Dans quel service ?"},
         "Envoyer la question")  # fmt: skip
    assert "Dans quel service ?" in portal.emails(person.email)[-1].text

    page = browser.get("/espace-pro/inscription")
    assert "Dans quel service ?" in text(page)
    assert field_error(send(page, {"Votre réponse": ""}), "Votre réponse")
    page = send(page, {"Votre réponse": "Aux urgences pédiatriques"}).follow()
    assert "Votre demande est en attente" in text(page)
    request = open_request(reviewer, person)
    assert "Aux urgences pédiatriques" in text(request)
    assert "la demande est la même" in text(request)
    send(request, {"Ce que la personne doit compléter": "Et au SAMU ?"}, "Envoyer la question")

    page = browser.get("/espace-pro/inscription").click("Modifier ma demande", index=0)
    assert "Médecin au SAMU 33" in page.text
    page = send(page, {"Complément information": "Au SAMU 33, régulation"}).follow()
    assert "Votre demande est en attente" in text(page)
    request = open_request(reviewer, person)
    (change,) = [row for row in request.html.select(".review-completion .facts > div") if row.find("del")]
    assert change.find("dt").get_text(strip=True) == "Complément information"
    assert "Médecin au SAMU 33" in change.find("del").get_text()
    assert "Au SAMU 33, régulation" in change.find("ins").get_text()
    press(request, "Accepter la demande")
    assert "Bienvenue" in text(browser.get("/espace-pro"))


def test_the_team_sees_who_asks_why_and_who_says_so(portal: Any) -> None:
    """Profession, number and workplace with their source, and the motive that the support accepted before."""
    browser, person = portal.signed_in(
        profession="1.2.250.1.71.1.2.7|60", rpps="99900000011", workplace="CHU d’Essai, urgences"
    )
    motive = {
        "Motif de l'inscription": "Régulation au SAMU 33",
        "Conditions d'Utilisation": "J'accepte les Conditions d'Utilisation",
    }
    send(browser.get("/services/espace-pro/adhesion"), motive)
    support = portal.person(roles=["support"])
    with portal.db.writing() as session:
        portal.find(IAccounts).lock(session, person.subject, support.subject)
        prove(session, portal.find(ISealer), account_id_of(session, person.subject) or "", {"rpps": "99900000011"},
              origin="psc", now=portal.clock.now())  # fmt: skip
        (review,) = portal.find(IReviews).of_author(session, person.subject)
        portal.find(IReviews).decide(session, review.id, accept=True, by=support.subject)
    send(form_page(browser), FORM)
    reviewer = team(portal)
    nav = reviewer.get("/espace-pro").html.find("nav", id="menu")
    assert "Gestion" in [link.get_text(strip=True) for link in nav.find_all("a")]
    page = open_request(reviewer, person)
    facts = {row.find("dt").get_text(strip=True): row.find("dd").get_text(" ", strip=True)
             for row in page.html.select(".review-facts .facts > div")}  # fmt: skip
    assert "Pro Santé Connect" in facts["N° RPPS"] and "Vérifié" in facts["N° RPPS"]
    assert facts["Lieu d’exercice"] == "CHU d’Essai, urgences Déclaré"
    assert "Infirmier" in facts["Profession"]
    assert "Régulation au SAMU 33" in facts["Motif de la demande d’accès"]


def test_a_refusal_gives_its_reason_and_a_new_request_may_follow_three_times(portal: Any) -> None:
    browser, person = registered(portal)
    reviewer = team(portal)
    for _ in range(2):
        send(open_request(reviewer, person), {"Motif ou précisions": "Adresse personnelle."}, "Refuser la demande")
        page = browser.get("/espace-pro/inscription")
        assert "Adresse personnelle." in text(page)
        send(page.click("Faire une nouvelle demande"), FORM)
    send(open_request(reviewer, person), {"Motif ou précisions": "Toujours non."}, "Refuser la demande")
    page = send(browser.get("/espace-pro/inscription").click("Faire une nouvelle demande"), FORM)
    assert "3 demandes en 30 jours" in text(page)


def test_a_new_version_of_the_terms_is_asked_before_the_inside_opens(portal: Any) -> None:
    browser, person = registered(portal)
    press(open_request(team(portal), person), "Accepter la demande")
    with portal.db.writing() as session:
        from oru_espace_pro_plugin.registration.models import TermsRow

        session.query(TermsRow).update({"version": "2025-01"})
    page = browser.get("/espace-pro").follow().follow()
    assert TERMS in text(page)
    send(page, {TERMS: ACCEPT})
    assert "Bienvenue" in text(browser.get("/espace-pro"))


def test_my_account_shows_both_steps_until_they_are_done(portal: Any) -> None:
    browser, person = registered(portal)
    page = browser.get("/compte")
    assert "Étape 1/2 accès au service (support ESEA)" in text(page)
    assert "Étape 2/2 inscription Espace Pro (équipe ORU)" in text(page)
    press(open_request(team(portal), person), "Accepter la demande")
    assert "Étape 2/2" not in text(browser.get("/compte"))


@pytest.mark.databases("sqlite")
def test_days_are_those_of_paris(portal: Any) -> None:
    """Sent at half past midnight in Paris: the day before in UTC."""
    portal.clock.set(datetime(2026, 9, 14, 22, 30, tzinfo=UTC))
    browser, _ = registered(portal)
    assert "le 15/09/2026" in text(browser.get("/compte"))


def test_the_directory_its_twin_and_its_download(portal: Any) -> None:
    import_if_new(portal.registry)
    browser, person = registered(portal)
    press(open_request(team(portal), person), "Accepter la demande")

    page = browser.get("/espace-pro/etablissements")
    drawn = {link["href"] for link in page.html.select("svg a")}
    listed = {link["href"] for link in page.html.select("#liste a")}
    assert len(listed) == 122 and drawn <= listed
    assert all(link.get("aria-label") and link.find("title") for link in page.html.select("svg a"))
    assert "33-SU-17" not in page.text and "Picqué" not in page.text
    assert "pas une liste officielle" in text(page)

    page = browser.get("/espace-pro/etablissements?q=saint+yrieix&type=su")
    assert [link.get_text() for link in page.html.select("#liste a")] == ["Urgences du CH de Saint-Yrieix"]
    page = page.click("Urgences du CH de Saint-Yrieix", index=-1)
    assert "870000270" in text(page) and "FEDORU" in text(page)

    download = browser.get("/espace-pro/etablissements/etablissements.csv?departement=23")
    assert download.content_type == "text/csv" and download.text.count("\r\n") == 5
    assert browser.get("/espace-pro/etablissements/33-SU-17", status=404)
    assert browser.get("/espace-pro/etablissements/33-SU-03/encore", status=404)


def test_a_page_of_the_directory_takes_few_queries(portal: Any, queries: Any) -> None:
    import_if_new(portal.registry)
    browser, person = registered(portal)
    press(open_request(team(portal), person), "Accepter la demande")
    with queries() as seen:
        browser.get("/espace-pro/etablissements")
    assert len(seen) <= 12, str(seen)

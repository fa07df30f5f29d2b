"""Rights that the support gives and withdraws by hand, and requests that their author takes back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.interfaces import IGrants, IReviews, ReviewState
from esea_auth_plugin.testing.pages import field_error, press, send, text
from esea_auth_plugin.testing.portal import Portal

pytestmark = pytest.mark.databases("sqlite", "postgresql")

MOTIVE = "Motif de l'inscription"
TERMS = "Conditions d'Utilisation"
ACCEPT = "J'accepte les Conditions d'Utilisation"


def audited(portal: Portal, action: str) -> list[AuditEvent]:
    with portal.db.reading() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.at)))


def rights_page(portal: Portal, subject: str) -> tuple[Any, Any]:
    browser, person = portal.signed_in(roles=["support"], first_name="Sonia")
    return browser.get(f"/support/comptes/{subject}").click("Voir, donner ou retirer des droits"), person


def test_the_support_gives_a_right_until_a_day_and_the_person_is_told(portal: Portal) -> None:
    anne_browser, anne = portal.signed_in()
    page, sonia = rights_page(portal, anne.subject)
    typed = {"Service": "ROR Nouvelle-Aquitaine", "Motif": "Remplacement au SAMU 33", "Dernier jour": "20/09/2026"}
    page = send(page, typed, "Donner ce droit").follow()
    assert "20 septembre 2026" in text(page) and sonia.display_name in text(page)
    assert anne_browser.get("/services/ror", status="*").status_int != 403
    letter = portal.emails(anne.email)[-1]
    assert "ROR" in letter.subject and "Remplacement au SAMU 33" in letter.text and "20 septembre 2026" in letter.text
    event = audited(portal, "grant.given")[-1]
    assert (event.actor, event.target) == (sonia.subject, anne.subject)
    # The day is whole, in Paris.
    portal.clock.set(datetime(2026, 9, 20, 21, 59, 59, tzinfo=UTC))
    with portal.db.reading() as session:
        assert "ror" in portal.find(IGrants).services_of(session, anne.subject)
    portal.clock.advance(seconds=1)
    with portal.db.reading() as session:
        assert "ror" not in portal.find(IGrants).services_of(session, anne.subject)


def test_the_support_withdraws_a_right_at_once_and_says_why(portal: Portal) -> None:
    anne_browser, anne = portal.signed_in(services=["ror", "espace-pro"])
    page, sonia = rights_page(portal, anne.subject)
    typed = {"Droit à retirer": "ROR Nouvelle-Aquitaine"}
    nameless = send(page, typed, "Retirer ce droit")
    assert nameless.status_int == 200 and anne_browser.get("/services/ror", status="*").status_int != 403
    form = next(one for one in nameless.forms.values() if "raison" in one.fields)
    form["raison"] = "Départ de l'établissement"
    page = form.submit("retirer").follow()
    assert "Droits passés" in text(page) and "Départ de l'établissement" in text(page)
    assert anne_browser.get("/services/ror", status=403)
    assert "Départ de l'établissement" in portal.emails(anne.email)[-1].text
    event = audited(portal, "grant.withdrawn")[-1]
    assert (event.actor, event.target) == (sonia.subject, anne.subject)
    # A page that was open meanwhile changes nothing a second time.
    assert form.submit("retirer").status_int == 200
    assert len(audited(portal, "grant.withdrawn")) == 1


@pytest.mark.parametrize(
    ("day", "message"),
    [("31/02/2027", "n'existe pas"), ("demain", "n'existe pas"), ("01/01/2020", "déjà passé")],
)
@pytest.mark.databases("sqlite")
def test_a_day_that_makes_no_sense_gives_nothing(portal: Portal, day: str, message: str) -> None:
    anne = portal.person()
    page, _ = rights_page(portal, anne.subject)
    typed = {"Service": "ROR Nouvelle-Aquitaine", "Motif": "Remplacement", "Dernier jour": day}
    page = send(page, typed, "Donner ce droit")
    assert message in field_error(page, "Dernier jour") + text(page)
    with portal.db.reading() as session:
        assert portal.find(IGrants).services_of(session, anne.subject) == frozenset()


@pytest.mark.databases("sqlite")
def test_nobody_changes_their_own_rights_and_no_professional_anybody_s(portal: Portal) -> None:
    sonia_browser, sonia = portal.signed_in(roles=["support"], services=["ror"])
    own = sonia_browser.get(f"/support/comptes/{sonia.subject}/droits")
    assert "une autre personne de l'équipe" in text(own)
    other = sonia_browser.get(f"/support/comptes/{portal.person().subject}/droits")
    form = next(one for one in other.forms.values() if "service" in one.fields)
    form.action = f"/support/comptes/{sonia.subject}/droits/donner"
    form["service"], form["motif"] = "espace-pro", "Je me sers moi-même"
    assert "sont les vôtres" in text(form.submit("donner"))
    anne_browser, anne = portal.signed_in()
    assert anne_browser.get(f"/support/comptes/{anne.subject}/droits", status=403)
    token = anne_browser.get("/compte").html.find("input", attrs={"name": "csrf_token"})["value"]
    for act in ("donner", "retirer"):
        body = {"csrf_token": token, "service": "ror", "motif": "Pour moi", "droit": "ror", "raison": "Pour moi"}
        anne_browser.post(f"/support/comptes/{anne.subject}/droits/{act}", body, status=403)
    with portal.db.reading() as session:
        assert portal.find(IGrants).services_of(session, anne.subject) == frozenset()


@pytest.mark.databases("sqlite")
def test_the_page_of_rights_costs_the_same_with_more_rows(portal: Portal, queries: Any) -> None:
    anne = portal.person(services=["ror"])
    browser, sonia = portal.signed_in(roles=["support"])
    with queries() as few:
        browser.get(f"/support/comptes/{anne.subject}/droits")
    with portal.db.writing() as session:
        for service in ("espace-pro", "smur-tab", "ror"):
            portal.find(IGrants).give(session, anne.subject, service, request_id=None, given_by=sonia.subject)
        portal.find(IGrants).withdraw(session, anne.subject, "ror", reason="fin")
    with queries() as many:
        browser.get(f"/support/comptes/{anne.subject}/droits")
    assert len(few) == len(many) <= 12, str(many)


def ask(browser: Any) -> None:
    send(browser.get("/services/ror/adhesion"), {MOTIVE: "Besoin des lits du 33", TERMS: ACCEPT})


def test_who_asked_takes_the_request_back_after_a_page_that_says_what_it_means(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    ask(browser)
    page = browser.get("/compte/demandes").click("Retirer ma demande")
    assert "Personne ne l'examinera" in text(page)
    with portal.db.reading() as session:
        assert portal.find(IReviews).of_author(session, anne.subject)[0].state is ReviewState.OPEN, (
            "a GET acts on nothing"
        )
    page = press(page, "Retirer ma demande").follow()
    assert "Retirée" in text(page)
    event = audited(portal, "review.withdrawn")[-1]
    assert event.actor == anne.subject
    ask(browser)  # and may ask again


def test_a_request_that_was_decided_meanwhile_is_not_taken_back(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    ask(browser)
    page = browser.get("/compte/demandes").click("Retirer ma demande")
    support, _ = portal.signed_in(roles=["support"])
    press(support.get("/support/adhesions").click(anne.last_name), "Accepter la demande")
    assert "reçu une réponse entre-temps" in text(press(page, "Retirer ma demande").follow())
    with portal.db.reading() as session:
        assert portal.find(IReviews).of_author(session, anne.subject)[0].state is ReviewState.ACCEPTED
        assert "ror" in portal.find(IGrants).services_of(session, anne.subject)


@pytest.mark.databases("sqlite")
def test_somebody_else_s_request_is_as_unknown_as_any(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    ask(browser)
    with portal.db.reading() as session:
        reference = portal.find(IReviews).of_author(session, anne.subject)[0].reference
    other, _ = portal.signed_in()
    token = other.get("/compte").html.find("input", attrs={"name": "csrf_token"})["value"]
    for name in (reference, "DEM-AAAA-AAAA", "x"):
        other.get(f"/compte/demandes/{name}/retirer", status=404)
        other.post(f"/compte/demandes/{name}/retirer", {"csrf_token": token}, status=404)
    with portal.db.reading() as session:
        assert portal.find(IReviews).of_author(session, anne.subject)[0].state is ReviewState.OPEN

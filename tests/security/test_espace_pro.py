"""Attacks on the Espace Pro: its inside, its registration, its reviewers' pages."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.events import AccountClosed
from esea_auth_plugin.interfaces import IReviews
from esea_auth_plugin.testing.pages import press, send, text
from oru_espace_pro_plugin.establishments.importing import import_if_new
from oru_espace_pro_plugin.interfaces import IRegistrations, RegistrationForm, Stage
from oru_espace_pro_plugin.registration.models import RegistrationRow
from oru_espace_pro_plugin.registration.service import KIND

INSIDE = ["/espace-pro/etablissements", "/espace-pro/etablissements/33-SU-03",
          "/espace-pro/etablissements/etablissements.csv"]  # fmt: skip
DESK = ["/espace-pro/gestion", "/espace-pro/gestion/inscriptions"]
CSRF = "csrf_token"


def filled(**changed: str) -> RegistrationForm:
    values = {
        "first_name": "Anne", "last_name": "Pierre", "email": "anne@chu.example.fr", "function": "medecin-urgentiste",
        "function_other": "", "speciality": "medecine-urgence", "profile": "samu-smur", "complement": "",
        "phone": "+33556000000",
    }  # fmt: skip
    return RegistrationForm(**{**values, **changed})


def waiting(portal: Any, browser: Any, person: Any) -> None:
    """Register the person, without the pages."""
    registrations = portal.find(IRegistrations)
    with portal.db.writing() as session:
        registrations.accept_terms(session, person.subject, "2026-06")
        registrations.submit(session, person.subject, filled(email=person.email))


def request_of(portal: Any, person: Any) -> Any:
    with portal.db.reading() as session:
        return portal.find(IReviews).of_author(session, person.subject, kind=KIND)[0]


@pytest.mark.parametrize("address", [*INSIDE, *DESK])
def test_signed_out_nothing_of_the_inside_is_shown(portal: Any, address: str) -> None:
    import_if_new(portal.registry)
    answer = portal.app.get(address, status="*")
    assert answer.status_int in {302, 303, 401, 403}
    assert "Pellegrin" not in answer.text


@pytest.mark.parametrize("address", INSIDE)
def test_the_right_on_the_service_is_not_enough(portal: Any, address: str) -> None:
    import_if_new(portal.registry)
    browser, person = portal.signed_in(services=["espace-pro"])
    assert browser.get(address).location.endswith("/espace-pro/inscription")
    waiting(portal, browser, person)
    assert browser.get(address).location.endswith("/espace-pro/inscription")


@pytest.mark.parametrize("address", INSIDE)
def test_an_accepted_registration_is_not_enough_without_the_right(portal: Any, address: str) -> None:
    import_if_new(portal.registry)
    browser, person = portal.signed_in()
    waiting(portal, browser, person)
    accept(portal, person)
    answer = browser.get(address, status="*")
    assert answer.status_int != 200 or "Accès refusé" in answer.text
    assert "Pellegrin" not in answer.text


def accept(portal: Any, person: Any) -> None:
    reviewer = portal.person(roles=["oru"])
    with portal.db.writing() as session:
        portal.find(IReviews).decide(session, request_of(portal, person).id, accept=True, by=reviewer.subject)


def test_a_closed_account_is_no_member_any_more(portal: Any) -> None:
    browser, person = portal.signed_in(services=["espace-pro"])
    waiting(portal, browser, person)
    accept(portal, person)
    with portal.db.writing() as session:
        portal.registry.notify(AccountClosed(session, person.subject, "départ"))
    with portal.db.reading() as session:
        assert portal.find(IRegistrations).progress(session, person.subject).stage is not Stage.ADMITTED
    assert browser.get(INSIDE[0]).status_int == 303


def test_reviewers_pages_are_closed_to_a_professional(portal: Any) -> None:
    browser, _ = portal.signed_in(services=["espace-pro"])
    other = portal.person(services=["espace-pro"])
    waiting(portal, None, other)
    reference = request_of(portal, other).reference
    for address in [*DESK, f"/espace-pro/gestion/inscriptions/{reference}"]:
        answer = browser.get(address, status="*")
        assert answer.status_int in {403, 404}
        assert other.email not in answer.text
    token = browser.get("/espace-pro/inscription/conditions").forms["cgu"][CSRF].value
    for act in ("accepter", "refuser", "completer"):
        answer = browser.post(f"/espace-pro/gestion/inscriptions/{reference}/{act}", {CSRF: token}, status="*")
        assert answer.status_int in {403, 404, 405}
    assert request_of(portal, other).state.value == "open"


def test_support_does_not_review_for_the_oru_team(portal: Any) -> None:
    browser, _ = portal.signed_in(roles=["support"])
    assert browser.get(DESK[1], status="*").status_int in {403, 404}


def test_nobody_accepts_their_own_registration(portal: Any) -> None:
    browser, person = portal.signed_in(roles=["oru"], services=["espace-pro"])
    waiting(portal, browser, person)
    page = browser.get(f"/espace-pro/gestion/inscriptions/{request_of(portal, person).reference}", status="*")
    if page.status_int == 200 and "Accepter la demande" in page.text:
        press(page, "Accepter la demande")
    assert request_of(portal, person).state.value == "open"


def test_two_clicks_make_one_request(portal: Any) -> None:
    browser, person = portal.signed_in(services=["espace-pro"])
    page = browser.get("/espace-pro/inscription/conditions")
    send(page, {"Les conditions d'utilisation de l'Espace Pro": "J'accepte les conditions d'utilisation de "
                                                                "l'Espace Pro"})  # fmt: skip
    page = browser.get("/espace-pro/inscription/formulaire")
    form = page.forms["inscription"]
    form["function"], form["speciality"], form["profile"] = "arm", "sans-objet", "samu-smur"
    form["phone"] = "0556000000"
    first, second = form.submit(), form.submit()
    assert first.status_int == second.status_int == 303
    with portal.db.reading() as session:
        assert len(portal.find(IReviews).of_author(session, person.subject, kind=KIND)) == 1
    assert len([letter for letter in portal.emails(person.email) if "inscription" in letter.subject]) == 1


def test_a_replay_after_the_decision_changes_nothing(portal: Any) -> None:
    browser, person = portal.signed_in(services=["espace-pro"])
    waiting(portal, browser, person)
    accept(portal, person)
    with portal.db.writing() as session, pytest.raises(PortalError, match="déjà enregistrée"):
        portal.find(IRegistrations).submit(session, person.subject, filled(complement="changé"))
    with portal.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(RegistrationRow)) == 1
        assert session.scalar(select(RegistrationRow.sealed_complement)) == ""


def test_one_registers_as_oneself_whatever_is_posted(portal: Any) -> None:
    victim = portal.person(services=["espace-pro"])
    browser, person = portal.signed_in(services=["espace-pro"])
    with portal.db.writing() as session:
        portal.find(IRegistrations).accept_terms(session, person.subject, "2026-06")
    form = browser.get("/espace-pro/inscription/formulaire").forms["inscription"]
    posted = {name: form[name].value for name in form.fields if name and name != "envoyer"}
    posted |= {
        "function": "arm", "speciality": "sans-objet", "profile": "samu-smur", "phone": "0556000000", "complement": "",
        "email": victim.email, "first_name": victim.first_name, "last_name": "Autre", "subject": victim.subject,
    }  # fmt: skip
    browser.post("/espace-pro/inscription/formulaire", posted)
    with portal.db.reading() as session:
        row = session.scalars(select(RegistrationRow)).one()
    assert (row.subject, row.email, row.last_name) == (person.subject, person.email, person.last_name)


def test_the_form_can_t_be_reached_nor_sent_before_the_terms(portal: Any) -> None:
    browser, person = portal.signed_in(services=["espace-pro"])
    assert browser.get("/espace-pro/inscription/formulaire").status_int == 303
    with portal.db.writing() as session, pytest.raises(PortalError, match="conditions"):
        portal.find(IRegistrations).submit(session, person.subject, filled())


def test_without_the_csrf_token_nothing_is_accepted(portal: Any) -> None:
    browser, person = portal.signed_in(services=["espace-pro"])
    answer = browser.post("/espace-pro/inscription/conditions?version=2026-06", {"terms": "oui"}, status="*")
    assert answer.status_int == 403 or "formulaire" not in (answer.location or "")
    with portal.db.reading() as session:
        assert not portal.find(IRegistrations).has_accepted_terms(session, person.subject)


def test_terms_of_another_version_are_not_accepted(portal: Any) -> None:
    browser, person = portal.signed_in(services=["espace-pro"])
    form = browser.get("/espace-pro/inscription/conditions").forms["cgu"]
    form.action = "/espace-pro/inscription/conditions?version=2019-01"
    form["terms"] = "oui"
    assert "viennent de changer" in text(form.submit())
    with portal.db.reading() as session:
        assert not portal.find(IRegistrations).has_accepted_terms(session, person.subject)


def test_hostile_text_is_shown_as_text(portal: Any) -> None:
    person = portal.person(services=["espace-pro"])
    attack = '<script>alert(1)</script>{{7*7}}"><img src=x>'
    with portal.db.writing() as session:
        registrations = portal.find(IRegistrations)
        registrations.accept_terms(session, person.subject, "2026-06")
        registrations.submit(session, person.subject, filled(complement=attack, email=person.email))
    reviewer, _ = portal.signed_in(roles=["oru"])
    page = reviewer.get(f"/espace-pro/gestion/inscriptions/{request_of(portal, person).reference}")
    assert "<script>alert" not in page.text and "{{7*7}}" in text(page)


def test_hostile_searches_are_text_too(portal: Any) -> None:
    import_if_new(portal.registry)
    browser, person = portal.signed_in(services=["espace-pro"])
    waiting(portal, browser, person)
    accept(portal, person)
    page = browser.get("/espace-pro/etablissements", params={"q": '"><script>x</script>', "departement": "'; --",
                                                             "type": "../etc"})  # fmt: skip
    assert "<script>x" not in page.text
    assert "Aucune structure" in text(page)

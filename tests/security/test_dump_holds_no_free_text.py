"""A dump of the database after people's journeys shows nothing of what they wrote in free text.

A motive, a question or an internal note may tell anything about anybody. Names, addresses and identifiers are looked
up and compared, and stand in clear; free text has no such use.
"""

from __future__ import annotations

import base64
from typing import Any

import pytest
from sqlalchemy import MetaData, select, text

from esea_auth_plugin.interfaces import IAccounts, IReviews
from esea_auth_plugin.portal_services.rights import Rights
from esea_auth_plugin.testing import pages
from esea_auth_plugin.testing.pages import send
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.sign_up import send_request, to_step_4
from oru_espace_pro_plugin.interfaces import IRegistrations, RegistrationForm

pytestmark = pytest.mark.databases("sqlite", "postgresql")

ACCEPT = "J'accepte les Conditions d'Utilisation"


def dump(portal: Portal) -> str:
    """Return every value of every table, bytes and JSON included."""
    metadata = MetaData()
    with portal.db.reading() as session:
        metadata.reflect(session.connection())
        values = [
            value
            for table in metadata.sorted_tables
            for row in session.execute(select(table))
            for value in row
            if value is not None
        ]
    return "\n".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values).lower()


def found(portal: Portal, *words: str) -> list[str]:
    """Return the words that a dump shows, in clear or merely encoded."""
    everything = dump(portal)
    assert len(everything) > 1000
    shapes = {word: (word.lower(), base64.b64encode(word.encode())[:-4].decode().lower()) for word in words}
    return [word for word, forms in shapes.items() if any(form in everything for form in forms)]


def test_access_requests_questions_notes_and_refusals(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    support, _ = portal.signed_in(roles=["support"])
    page = browser.get("/services/ror/adhesion")
    send(page, {"Motif de l'inscription": "motifsecret d'un dossier", "Conditions d'Utilisation": ACCEPT})
    request = support.get("/support/adhesions").click(anne.last_name)
    noted = send(request, {"Note interne": "notesecrete de l'équipe"}, "Ajouter la note").follow()
    send(noted, {"Ce que la personne doit compléter": "questionsecrete ?"}, "Envoyer la question")
    page = browser.get("/services/ror/adhesion").follow()
    assert "questionsecrete" in pages.text(page)
    send(page, {"Votre réponse": "reponsesecrete plus complète"})
    reviewer = portal.person(roles=["support"])
    with portal.db.writing() as session:
        review = portal.find(IReviews).of_author(session, anne.subject)[0]
        portal.find(IReviews).decide(session, review.id, accept=False, by=reviewer.subject, reason="refussecret dit")
    assert "refussecret" in pages.text(browser.get("/compte/demandes"))
    shown = support.get(f"/support/adhesions/{review.reference}")
    for word in ("notesecrete", "questionsecrete", "reponsesecrete", "refussecret"):
        assert word in pages.text(shown)
    portal.emails(anne.email)
    words = ("motifsecret", "notesecrete", "questionsecrete", "reponsesecrete", "refussecret")
    assert found(portal, *words, anne.email) == [anne.email], "what stands in clear is found"


def test_rights_that_are_withdrawn_in_words(portal: Portal) -> None:
    person, reviewer = portal.person(services=["ror"]), portal.person(roles=["support"])
    with portal.db.writing() as session:
        account = portal.find(IAccounts).by_subject(session, person.subject)
        assert account is not None
        Rights(portal.registry).withdraw(session, account, "ror", by=reviewer.subject, reason="retraitsecret dit")
    with portal.db.reading() as session:
        _, ended = Rights(portal.registry).of(session, person.subject)
        assert [one.ended_reason for one in ended] == ["retraitsecret dit"]
    assert found(portal, "retraitsecret") == []


def test_registrations_to_the_espace_pro(portal: Any) -> None:
    person = portal.person(services=["espace-pro"])
    reviewer = portal.person(roles=["oru"])
    form = RegistrationForm(
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        function="medecin-urgentiste",
        function_other="",
        speciality="medecine-urgence",
        profile="samu-smur",
        complement="complementsecret du service",
        phone="+33556000000",
    )
    registrations, reviews = portal.find(IRegistrations), portal.find(IReviews)
    with portal.db.writing() as session:
        registrations.accept_terms(session, person.subject, "2026-06")
        review = registrations.submit(session, person.subject, form)
    with portal.db.writing() as session:
        reviews.ask_more(session, review.id, by=reviewer.subject, question="questionsecrete sur lui")
    with portal.db.reading() as session:
        assert registrations.form_of(session, person.subject) == form
        assert registrations.progress(session, person.subject).question == "questionsecrete sur lui"
    assert found(portal, "complementsecret", "questionsecrete") == []


def test_corrections(portal: Portal) -> None:
    browser, _ = portal.signed_in(
        civility="1.2.250.1.213.1.6.1.69|MME",
        last_name="Pierre",
        profession="1.2.250.1.71.1.2.7|60",
        phone="+33556000077",
    )
    page = browser.get("/compte/profil/rectifier")
    done = send(page, {"Nom": "Durand", "Ce qui a changé, et ce qui le prouve": "mariagesecret en juin"})
    assert done.status_int == 303
    assert found(portal, "mariagesecret") == []


def test_sign_ups(portal: Portal) -> None:
    page = to_step_4(portal.browser())
    send_request(page, **{"Motif de l’inscription": "inscriptionsecrete aux urgences"})
    assert found(portal, "inscriptionsecrete") == []


def test_lost_mailboxes(portal: Portal) -> None:
    person = portal.person()
    page = portal.browser().get("/connexion/oubli/boite-mail")
    values = {
        "Identifiant ou ancien email": person.identifier,
        "Nom": "Pierre",
        "Prénom": "Anne",
        "Nouvel email": "nouvelle@chu.example.fr",
        "Confirmation nouvel email": "nouvelle@chu.example.fr",
        "Téléphone": "05 56 00 00 77",
        "Que s'est-il passé ?": "boitesecrete fermée par la direction",
    }
    send(page, values)
    with portal.db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM esea_request")) == 1
    assert found(portal, "boitesecrete") == []

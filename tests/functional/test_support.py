"""The support's desk: its pages, its acts, and who is kept out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.foundation.reviews.declared import kinds_of_board
from esea_auth_plugin.interfaces import IGrants, IReviews, ReviewState
from esea_auth_plugin.testing.pages import fill, press, send, text

ACCEPT = "J'accepte les Conditions d'Utilisation"
VALUES = {"Motif de l'inscription": "Besoin des lits du 33", "Conditions d'Utilisation": ACCEPT}


@pytest.fixture
def asked(portal: Any) -> Any:
    """A request that waits, and who made it."""
    browser, anne = portal.signed_in()
    send(browser.get("/services/ror/adhesion"), VALUES)
    with portal.db.reading() as session:
        return portal.find(IReviews).of_author(session, anne.subject)[0], anne, browser


def test_a_professional_gets_403_on_every_page_of_the_reviewers(portal: Any, asked: Any) -> None:
    review, _, browser = asked
    for path in ("/support", "/support/adhesions", f"/support/adhesions/{review.reference}"):
        assert browser.get(path, status=403)
    token = browser.get("/services/service-a-venir/adhesion").forms
    csrf = next(form["csrf_token"].value for form in token.values() if "csrf_token" in form.fields)
    for act in ("prendre", "rendre", "noter", "accepter", "refuser", "completer", "agir"):
        path = f"/support/adhesions/{review.reference}/{act}"
        assert browser.post(path, {"csrf_token": csrf, "motif": "x", "note": "x", "question": "x"}, status=403)
    with portal.db.reading() as session:
        assert portal.find(IReviews).get(session, review.id).state is ReviewState.OPEN


def test_nobody_signed_out_reads_a_queue(portal: Any) -> None:
    assert "/connexion" in portal.app.get("/support", status=303).location


@pytest.mark.databases("sqlite")
def test_every_queue_opens_at_its_own_address(portal: Any) -> None:
    """The list of accounts stood at the address of the lost mailboxes: nobody could read those requests."""
    browser, _ = portal.signed_in(roles=["support"])
    for kind in kinds_of_board(portal.registry, "support"):
        page = browser.get(f"/support/{kind.queue}")
        assert page.html.h1.get_text(strip=True) == kind.queue_title, kind.name


def test_a_reviewer_does_not_decide_their_own_request(portal: Any) -> None:
    support, paul = portal.signed_in(roles=["support"])
    send(support.get("/services/ror/adhesion"), VALUES)
    page = support.get("/support/adhesions").click(f"{paul.last_name} – ROR")
    assert "Cette demande vous concerne" in text(page)
    assert "Accepter la demande" not in text(page)
    csrf = next(form["csrf_token"].value for form in page.forms.values() if "csrf_token" in form.fields)
    refused = support.post(f"{page.request.path}/accepter", {"csrf_token": csrf, "version": "0"}, status=409)
    assert "une autre personne de l'équipe" in text(refused)
    with portal.db.reading() as session:
        assert portal.find(IGrants).services_of(session, paul.subject) == frozenset()
        rows = audit_rows(session, action="review.act_refused", actor=paul.subject)
        assert [row.details["code"] for row in rows] == ["review.own_request"]


def test_the_second_of_two_reviewers_is_told(portal: Any, asked: Any) -> None:
    review, anne, _ = asked
    first, _ = portal.signed_in(roles=["support"])
    second, _ = portal.signed_in(roles=["support"])
    path = f"/support/adhesions/{review.reference}"
    theirs, ours = first.get(path), second.get(path)
    press(theirs, "Accepter la demande")
    late = fill(ours, {"Motif ou précisions": "Motif trop vague"}).submit(status=409)
    assert "traitée entre-temps" in text(late)
    with portal.db.reading() as session:
        assert portal.find(IReviews).get(session, review.id).state is ReviewState.ACCEPTED
        assert portal.find(IGrants).services_of(session, anne.subject) == {"ror"}


def test_notes_taking_and_history(portal: Any, asked: Any) -> None:
    review, _, _ = asked
    support, paul = portal.signed_in(roles=["support"], first_name="Paul")
    other, _ = portal.signed_in(roles=["support"])
    path = f"/support/adhesions/{review.reference}"
    page = press(support.get(path), "Prendre en charge").follow()
    page = send(page, {"Note interne": "Rappelée au 05, identité vérifiée."}, "Ajouter la note").follow()
    assert "Rappelée au 05" in text(page)
    seen = other.get(path)
    assert f"Prise en charge par {paul.display_name}" in text(seen)
    assert text(other.get("/support/adhesions?qui=libres")).count(review.reference) == 0
    press(page, "Remettre dans la file")
    assert review.reference in text(other.get("/support/adhesions?qui=libres"))
    assert support.get(f"{path}/accepter", status=303).location.endswith(path)


def test_a_refusal_without_reason_shows_the_page_again(portal: Any, asked: Any) -> None:
    review, _, _ = asked
    support, _ = portal.signed_in(roles=["support"])
    page = press(support.get(f"/support/adhesions/{review.reference}"), "Refuser la demande")
    assert "Le motif du refus" in text(page)


def test_a_reference_read_out_on_the_phone_leads_to_its_request(portal: Any, asked: Any) -> None:
    review, _, _ = asked
    support, _ = portal.signed_in(roles=["support"])
    typed = review.reference.replace("-", " ").lower()
    found = support.get("/support", {"reference": typed}).follow()
    assert review.reference in text(found)
    assert "Aucune demande ne porte cette référence" in text(support.get("/support", {"reference": "DEM-0000-0000"}))
    assert support.get(f"/support/adhesions/{review.reference.lower()}", status=404)
    assert support.get("/support/adhesions/DEM-0000-0000", status=404)


def test_search_filters_and_late_ones(portal: Any, asked: Any) -> None:
    review, anne, _ = asked
    support, _ = portal.signed_in(roles=["support"])
    assert review.reference in text(support.get("/support/adhesions", {"q": anne.last_name.upper()}))
    assert "Rien ne correspond" in text(support.get("/support/adhesions", {"q": "personne d'autre"}))
    portal.clock.advance(days=7)
    again = portal.browser()
    boss = portal.person(roles=["support"])
    portal.sign_in(again, boss)
    assert "En retard" in text(again.get("/support/adhesions", {"retard": "1"}))


def test_no_page_of_the_desk_costs_more_queries_with_its_rows(
    portal: Any, asked: Any, queries: Callable[[], Any]
) -> None:
    review, _, _ = asked
    support, _ = portal.signed_in(roles=["support"])

    def cost(path: str) -> int:
        support.get(path)
        with queries() as seen:
            support.get(path)
        # One request's page also compares its person with the reviewer, looks for roles, and for the request to decide
        # next: seven bounded queries.
        assert len(seen) <= (19 if review.reference in path else 12), str(seen)
        return len(seen)

    paths = ("/support", "/support/adhesions", f"/support/adhesions/{review.reference}", "/services", "/services/ror")
    with portal.db.writing() as session:
        portal.find(IReviews).open(session, "access_request", title="N", author=None, topic="ror")
    before = [cost(path) for path in paths[:4]]
    authors = [portal.person().subject for _ in range(3)]
    for number in range(40):
        author = authors[number] if number < 3 else None
        with portal.db.writing() as session:
            portal.find(IReviews).open(session, "access_request", title=f"N{number}", author=author, topic="ror")
    assert [cost(path) for path in paths[:4]] == before


@pytest.mark.databases("sqlite")
def test_one_entry_of_the_navigation_at_most_is_the_current_one(portal: Any) -> None:
    browser, _ = portal.signed_in(roles=["support"])
    for path, current in (("/support", "Support"), ("/support/adhesions", "Support"), ("/support/comptes", "Comptes")):
        nav = browser.get(path).html.find("nav", id="menu")
        assert [link.get_text(strip=True) for link in nav.select("[aria-current]")] == [current], path

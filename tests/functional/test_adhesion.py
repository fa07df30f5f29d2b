"""Somebody without a right asks for a service, the support decides, the service opens."""

from __future__ import annotations

from typing import Any

import pytest

from esea_auth_plugin.events import AccountClosed
from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.interfaces import IGrants, IReviews
from esea_auth_plugin.testing.pages import field_error, press, send, text

ACCEPT = "J'accepte les Conditions d'Utilisation"


def letter(portal: Any, to: str, subject: str) -> Any:
    """The letter of this subject: those of one moment arrive in any order."""
    (found,) = [each for each in portal.emails(to) if subject in each.subject]
    return found


def ask(browser: Any, slug: str = "ror", motive: str = "Régulation au SAMU 33, besoin des capacités.") -> Any:
    page = browser.get(f"/services/{slug}/adhesion")
    return send(page, {"Motif de l'inscription": motive, "Conditions d'Utilisation": ACCEPT})


def test_from_refused_access_to_the_open_service(portal: Any) -> None:
    browser, anne = portal.signed_in()
    support, _ = portal.signed_in(roles=["support"])

    page = browser.get("/services/ror", status=403)
    assert "Accès refusé" in text(page)
    form = page.click("Demander votre accès maintenant")
    assert anne.identifier in text(form)
    assert anne.email in text(form)
    sent = send(form, {"Motif de l'inscription": "Besoin des lits du 33", "Conditions d'Utilisation": ACCEPT}).follow()
    assert "Votre demande est en attente" in text(sent)
    assert "Besoin des lits du 33" in text(sent)
    assert "16 septembre 2026" in text(sent)
    assert "16 septembre 2026" in letter(portal, anne.email, "est bien reçue").text
    assert "En attente de traitement" in text(browser.get("/compte/demandes"))

    overview = support.get("/support")
    assert "Adhésions" in text(overview)
    queue = overview.click("Adhésions")
    request = queue.click(anne.last_name)
    assert "Besoin des lits du 33" in text(request)
    decided = press(request, "Accepter la demande").follow()
    assert "acceptée" in text(decided)

    assert "http://localhost/services/ror" in letter(portal, anne.email, "est ouvert").text
    opened = browser.get("/services/ror", status=303)
    assert opened.location == "https://ror.example.org/"
    assert "ROR Nouvelle-Aquitaine" in text(browser.get("/services"))
    with portal.db.reading() as session:
        rows = audit_rows(session, action="grant.given", target=anne.subject)
        assert [row.details["service"] for row in rows] == ["ror"]
        openings = audit_rows(session, action="service.opened", actor=anne.subject)
        assert sorted(row.outcome for row in openings) == ["refused", "success"]


def test_refusing_the_conditions_stays_on_the_form_and_keeps_what_was_typed(portal: Any) -> None:
    browser, anne = portal.signed_in()
    page = browser.get("/services/ror/adhesion")
    refused = send(
        page,
        {
            "Motif de l'inscription": "Besoin des lits du 33",
            "Conditions d'Utilisation": "Je refuse les Conditions d'Utilisation",
        },
    )
    assert "Sans votre accord" in text(refused)
    assert "Besoin des lits du 33" in refused.text
    with portal.db.reading() as session:
        assert portal.find(IReviews).of_author(session, anne.subject) == []


@pytest.mark.parametrize("motive", ["court", "x" * 1_001])
def test_the_motive_has_ten_to_a_thousand_characters(portal: Any, motive: str) -> None:
    browser, _ = portal.signed_in()
    page = browser.get("/services/ror/adhesion")
    again = send(page, {"Motif de l'inscription": motive, "Conditions d'Utilisation": ACCEPT})
    assert field_error(again, "Motif de l'inscription")


def test_nothing_is_preselected(portal: Any) -> None:
    browser, _ = portal.signed_in()
    page = browser.get("/services/ror/adhesion")
    form = next(form for form in page.forms.values() if "motif" in form.fields)
    assert form["cgu"].value is None


def test_more_is_asked_answered_and_decided(portal: Any) -> None:
    browser, anne = portal.signed_in()
    support, _ = portal.signed_in(roles=["support"])
    ask(browser)
    request = support.get("/support/adhesions").click(anne.last_name)
    asked = send(request, {"Ce que la personne doit compléter": "Dans quel service ?"}, "Envoyer la question").follow()
    assert "Compléments demandés" in text(asked)
    told = letter(portal, anne.email, "est à compléter")
    assert "Dans quel service ?" in told.text
    assert "/services/ror/adhesion" in told.text

    home = browser.get("/compte")
    assert text(home).index("Une question vous est posée") < text(home).index("Gérer mes accès")
    assert "Compléments demandés" in text(browser.get("/services"))
    form = browser.get("/services/ror/adhesion").follow()
    assert "Dans quel service ?" in text(form)
    assert "Conditions d'Utilisation" not in [tag.get_text(strip=True) for tag in form.html.find_all("legend")]
    assert field_error(send(form, {"Votre réponse": " "}), "Votre réponse")
    sent = send(form, {"Votre réponse": "Aux urgences, SAMU 33 Bordeaux"}).follow()
    assert "de nouveau à l’étude" in text(sent)
    assert "n’attend pas de réponse" in text(browser.get(form.request.path).follow())
    again = support.get("/support/adhesions?qui=moi").click(anne.last_name)
    assert "Aux urgences, SAMU 33 Bordeaux" in text(again)
    assert "Régulation au SAMU 33" in text(again), "the motive stays beside the answer"
    press(again, "Accepter la demande")
    assert browser.get("/services/ror", status=303)


def test_three_requests_in_thirty_days(portal: Any) -> None:
    browser, anne = portal.signed_in()
    support, _ = portal.signed_in(roles=["support"])
    for _number in range(3):
        ask(browser)
        request = support.get("/support/adhesions").click(anne.last_name)
        send(request, {"Motif ou précisions": "Motif trop vague"}, "Refuser la demande")
    assert len([each for each in portal.emails(anne.email) if "Motif trop vague" in each.text]) == 3
    page = browser.get("/services/ror/adhesion")
    assert "trois demandes pour ce service en 30 jours" in text(page)
    assert not [form for form in page.forms.values() if "motif" in form.fields]
    assert "Motif trop vague" in text(browser.get("/compte/demandes"))


def test_one_request_at_a_time_whatever_is_posted(portal: Any) -> None:
    browser, anne = portal.signed_in()
    page = browser.get("/services/ror/adhesion")
    values = {"Motif de l'inscription": "Besoin des lits du 33", "Conditions d'Utilisation": ACCEPT}
    send(page, values)
    second = send(page, values)
    assert "déjà une demande en cours" in text(second)
    with portal.db.reading() as session:
        assert len(portal.find(IReviews).of_author(session, anne.subject)) == 1


def test_a_right_ends_with_what_gave_it_and_with_the_account(portal: Any) -> None:
    browser, anne = portal.signed_in()
    support, _ = portal.signed_in(roles=["support"])
    ask(browser)
    press(support.get("/support/adhesions").click(anne.last_name), "Accepter la demande")
    grants = portal.find(IGrants)
    with portal.db.writing() as session:
        review = portal.find(IReviews).of_author(session, anne.subject)[0]
        assert grants.withdraw_for_request(session, review.id, reason="demande annulée") == 1
    assert browser.get("/services/ror", status=403)
    with portal.db.writing() as session:
        grants.give(session, anne.subject, "ror", request_id=None, given_by=anne.subject)
        portal.registry.notify(AccountClosed(session, anne.subject, "départ"))
    with portal.db.reading() as session:
        assert grants.services_of(session, anne.subject) == frozenset()


def test_a_letter_holds_no_header_that_a_motive_brings(portal: Any) -> None:
    browser, anne = portal.signed_in()
    support, _ = portal.signed_in(roles=["support"])
    ask(browser, motive="Besoin urgent\r\nBcc: tous@example.org\r\n\r\n{{ 7*7 }} ${7*7} <script>alert(1)</script>")
    request = support.get("/support/adhesions").click(anne.last_name)
    assert "<script>alert" not in request.text
    assert "{{ 7*7 }}" in text(request)
    send(request, {"Motif ou précisions": "Non\r\nBcc: tous@example.org"}, "Refuser la demande")
    for each in portal.emails():
        assert "tous@example.org" not in each.to
        assert each.message["Bcc"] is None

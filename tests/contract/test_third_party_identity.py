"""A third party's mode that proves identities: sign up by it, sign in by it, link it later, and what is refused."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from webtest import TestApp, TestResponse

from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.interfaces import IAccounts, IExternalIdentities, IReviews
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal

RPPS, OTHER_RPPS = "99900000011", "99900000029"
CARD = {
    "subject": f"8{RPPS}",
    "attributes": {"last_name": "PIERRE", "first_name": "ANNE", "rpps": RPPS},
    "evidence": {"serial": "01"},
}


def card(**changes: Any) -> dict[str, Any]:
    """Return what the authority says of a card, some of it changed."""
    attributes = {**CARD["attributes"], **changes.pop("attributes", {})}  # type: ignore[dict-item]
    return {**CARD, "attributes": attributes, **changes}


def come_back(browser: TestApp, left: TestResponse, identity: dict[str, Any], **changes: str) -> TestResponse:
    """Come back from the authority, to which ``left`` sent the browser."""
    nonce = parse_qs(urlsplit(left.location).query)["nonce"][0]
    return browser.get("/connexion/autorite/retour", {"nonce": nonce, "identity": json.dumps(identity), **changes})


def show(browser: TestApp, identity: dict[str, Any], **changes: str) -> TestResponse:
    """Show a card on the sign-in page; return the answer to the way back."""
    return come_back(browser, press(browser.get("/connexion/autorite"), "Continuer"), identity, **changes)


def fresh(portal: Portal, browser: TestApp, person: Person, page: TestResponse) -> TestResponse:
    """Go through the sign-in that a page asked for, by mailed code."""
    assert "recent=1" in page.location or "connexion" in page.location, page.location
    chosen = page.follow().click("OTP")
    chosen = (
        send(chosen, {"Identifiant ou email": person.identifier, "Mot de passe": person.password})
        if "Identifiant ou email" in text(chosen)
        else press(chosen, "Continuer")
    )
    chosen = chosen.maybe_follow()
    if "Mot de passe" in text(chosen) and "Code reçu" not in text(chosen):
        chosen = send(chosen, {"Mot de passe": person.password}).maybe_follow()
    done = send(chosen, {"Code reçu par courriel": portal.emails(person.email)[-1].code})
    portal.clock.advance(minutes=1)
    return done.follow()


def actions(portal: Portal) -> list[str]:
    """Return what the trail holds, in order."""
    with portal.db.reading() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_a_card_that_nobody_has_offers_two_ways_on(proving_portal: Any) -> None:
    portal = proving_portal()
    page = show(portal.app, card()).follow()
    assert "la lecture a réussi" in text(page)
    assert RPPS in text(page) and "Créer mon compte" in text(page) and "Me connecter autrement et lier" in text(page)
    assert "identity.shown" in actions(portal)


def test_signing_up_with_it_fills_the_form_and_needs_no_password(proving_portal: Any) -> None:
    portal = proving_portal()
    browser = portal.app
    page = press(show(browser, card()).follow(), "Créer mon compte").follow()
    assert "Déjà connu : lu sur votre carte" in text(page)
    assert not page.html.find("input", {"name": "last_name"}) and not page.html.find("input", {"name": "rpps"})
    typed = {name: value for name, value in wizard.PERSONAL.items() if name not in {"Nom", "Prénom", "N° RPPS"}}
    page = send(page, typed).follow()
    page = page.maybe_follow()
    assert "Confirmez votre adresse" in text(page)
    page = press(page, "Envoyer le code").follow()
    page = send(page, {"Code reçu par courriel": portal.emails(wizard.EMAIL)[-1].code}).follow()
    assert "Facultatif" in text(page)
    page = page.forms[page.html.find("input", {"name": "identifier"}).find_parent("form").get("id")].submit().follow()
    page = wizard.send_request(page)
    assert "Votre demande est en attente" in text(page)
    reference = wizard.reference_on(page)

    claire = wizard.reviewer(portal)
    desk = portal.browser()
    portal.sign_in(desk, claire)
    request = desk.get(f"/support/inscriptions/{reference}")
    assert "Identité lue sur carte" in text(request)
    wizard.decide(portal, reference)
    assert "Votre compte est ouvert" in portal.emails(wizard.EMAIL)[-1].subject

    signed = show(portal.browser(), card())
    assert signed.location.endswith("/compte")


def test_what_is_proven_cannot_be_posted_over(proving_portal: Any) -> None:
    portal = proving_portal()
    page = press(show(portal.app, card()).follow(), "Créer mon compte").follow()
    typed = {name: value for name, value in wizard.PERSONAL.items() if name not in {"Nom", "Prénom", "N° RPPS"}}
    from esea_auth_plugin.testing.pages import fill

    form = fill(page, typed)
    fields = [*form.submit_fields("suivant"), ("last_name", "Autre"), ("rpps", OTHER_RPPS)]
    page = portal.app.post(form.action or page.request.path, fields)
    again = portal.app.get("/inscription/donnees")
    assert RPPS in text(again) and OTHER_RPPS not in text(again) and "Autre" not in text(again).split("Saisie")[0]


def test_step_3_cannot_be_reached_before_the_address_is_proven(proving_portal: Any) -> None:
    portal = proving_portal()
    page = press(show(portal.app, card()).follow(), "Créer mon compte").follow()
    typed = {name: value for name, value in wizard.PERSONAL.items() if name not in {"Nom", "Prénom", "N° RPPS"}}
    send(page, typed)
    assert portal.app.get("/inscription/identifiant").location.endswith("/inscription/courriel")
    page = press(portal.app.get("/inscription/courriel"), "Envoyer le code").follow()
    for _ in range(5):
        page = send(page, {"Code reçu par courriel": "000000"})
    assert "Cinq essais ont été faits" in text(page)
    right = portal.emails(wizard.EMAIL)[-1].code
    assert "Cinq essais" in text(send(page, {"Code reçu par courriel": right}))
    assert portal.app.get("/inscription/identifiant").location.endswith("/inscription/courriel")


def test_a_proven_identity_may_open_the_account_at_once(proving_portal: Any) -> None:
    portal = proving_portal(**{"esea_auth.proven_identity_opens_account": "true"})
    page = press(show(portal.app, card()).follow(), "Créer mon compte").follow()
    typed = {name: value for name, value in wizard.PERSONAL.items() if name not in {"Nom", "Prénom", "N° RPPS"}}
    send(page, typed)
    page = press(portal.app.get("/inscription/courriel"), "Envoyer le code").follow()
    page = send(page, {"Code reçu par courriel": portal.emails(wizard.EMAIL)[-1].code}).follow()
    page = page.forms[page.html.find("input", {"name": "identifier"}).find_parent("form").get("id")].submit().follow()
    page = wizard.send_request(page, **{"ROR Nouvelle-Aquitaine": True, "Espace Pro ORU NA": True})
    assert "Votre compte est ouvert" in text(page)
    told = portal.emails("support@esea-na.fr")[-1]
    assert "sans relecture" in told.text and "non accordés : Espace Pro ORU NA" in told.text
    browser = portal.browser()
    assert show(browser, card()).location.endswith("/compte")
    account = browser.get("/services/ror")
    assert "Accès refusé" not in text(account) if account.status_int == 200 else account.status_int == 303
    assert "Accès refusé" in text(browser.get("/services/espace-pro", expect_errors=True))


def test_an_answer_of_another_sign_in_proves_nothing(proving_portal: Any) -> None:
    portal = proving_portal()
    mine, victims = portal.browser(), portal.browser()
    press(mine.get("/connexion/autorite"), "Continuer")
    left = press(victims.get("/connexion/autorite"), "Continuer")
    # The attacker's browser opens the victim's way back, and the victim's opens it with the attacker's nonce.
    nonce = parse_qs(urlsplit(left.location).query)["nonce"][0]
    answer = {"nonce": nonce, "identity": json.dumps(card())}
    assert mine.get("/connexion/autorite/retour", answer).location.endswith("/connexion")
    no_cookie = portal.browser().get("/connexion/autorite/retour", answer)
    assert no_cookie.location.endswith("/connexion")
    assert actions(portal).count("identity.shown") == 0


def test_the_way_back_is_good_once(proving_portal: Any) -> None:
    portal = proving_portal()
    left = press(portal.app.get("/connexion/autorite"), "Continuer")
    assert come_back(portal.app, left, card()).location.endswith("/connexion/identite")
    assert come_back(portal.app, left, card()).location.endswith("/connexion")


def test_a_blocked_identity_is_told_and_nothing_else(proving_portal: Any) -> None:
    portal = proving_portal()
    page = show(portal.app, card(evidence={"blocked": "yes"})).follow()
    assert "Carte lue, liée à aucun compte." in page.text
    assert portal.app.get("/connexion/identite").location.endswith("/connexion")


def test_who_leaves_a_shared_workstation_erases_what_was_read(proving_portal: Any) -> None:
    portal = proving_portal()
    page = press(show(portal.app, card()).follow(), "Effacer ce qui a été lu").follow()
    assert "Ce qui avait été lu est effacé." in page.text
    assert portal.app.get("/connexion/identite").location.endswith("/connexion")
    token = portal.app.get("/connexion/otp").html.find("input", {"name": "csrf_token"})["value"]
    assert portal.app.post("/inscription/identite", {"csrf_token": token}).location.endswith("/inscription")


def test_polling_and_actions_answer_scripts(proving_portal: Any) -> None:
    portal = proving_portal()
    assert portal.app.get("/connexion/autorite/attente").json == {"ready": True, "seconds": 3}
    press(portal.app.get("/connexion/autorite"), "Continuer")
    assert portal.app.get("/connexion/autorite/attente").json == {"ready": False, "seconds": 4}
    token = portal.app.get("/connexion/autorite").html.find("input", {"name": "csrf_token"})["value"]
    answer = portal.app.post("/connexion/autorite/diagnostic", {"csrf_token": token})
    assert answer.json == {"reader": "present"} and "no-store" in answer.headers["Cache-Control"]
    portal.app.post("/connexion/autorite/diagnostic", {}, status=400)


# --- linking ---------------------------------------------------------------------------------------------------------


def linked(portal: Portal, browser: TestApp, person: Person, identity: dict[str, Any]) -> str:
    """Add a card on « Mes dispositifs »; return what the page says then."""
    page = browser.get("/compte/dispositifs")
    left = press(page, "Ajouter ma carte régionale")
    if "/connexion" in left.location and "autorite.example" not in left.location:
        fresh(portal, browser, person, left)
        left = press(browser.get("/compte/dispositifs"), "Ajouter ma carte régionale")
    return text(settled(come_back(browser, left, identity).follow()))


def settled(page: TestResponse) -> TestResponse:
    """Keep everything that the account had, if that is asked; return the page itself otherwise."""
    if page.request.path == "/compte/premiere-liaison":
        press(page, "Tout est à moi : tout garder")
    return page


def person(portal: Portal, *, origin: str = "declared", **attributes: Any) -> tuple[TestApp, Person]:
    """Return a signed-in person named as on the card, whose RPPS number was said by ``origin``."""
    browser, anne = portal.signed_in(first_name="Anne", last_name="Pierre")
    with portal.db.writing() as session:
        portal.find(IAccounts).change_attributes(session, anne.subject, {"rpps": RPPS, **attributes}, origin=origin)
    return browser, anne


def test_a_number_proven_before_links_at_once_and_the_card_signs_in(proving_portal: Any) -> None:
    portal = proving_portal()
    browser, anne = person(portal, origin="register")
    assert "c’est ajouté" in linked(portal, browser, anne, card())
    assert "Carte 899900000011" in text(browser.get("/compte/dispositifs"))
    assert show(portal.browser(), card()).location.endswith("/compte")
    assert {"identity.linked"} <= set(actions(portal))


def test_a_number_merely_declared_goes_to_the_support_which_sees_both(proving_portal: Any) -> None:
    portal = proving_portal()
    browser, anne = person(portal)
    assert "le support doit vérifier" in linked(portal, browser, anne, card())
    assert show(portal.browser(), card()).location.endswith("/connexion/identite")
    claire = wizard.reviewer(portal)
    desk = portal.browser()
    portal.sign_in(desk, claire)
    queue = desk.get("/support/liaisons")
    request = queue.click("Anne Pierre")
    said = text(request)
    assert "Ce qui a été lu" in said and "Ce que dit le compte" in said and "Comme au compte" in said
    with portal.db.writing() as session:
        (review,) = portal.find(IReviews).of_author(session, anne.subject, kind="identity_link")
        portal.find(IReviews).decide(session, review.id, accept=True, by=claire.subject)
    assert any("ajout à votre compte" in letter.subject for letter in portal.emails(anne.email))
    # A reviewer linked it: what the account had is asked about when its person first shows the card.
    assert "/compte/premiere-liaison" in show(portal.browser(), card()).location


@pytest.mark.parametrize(
    "changes", [{"rpps": OTHER_RPPS}, {"last_name": "DURAND"}, {"first_name": "JEANNE"}], ids=["rpps", "name", "first"]
)
def test_another_number_or_name_is_refused_and_audited(proving_portal: Any, changes: dict[str, str]) -> None:
    portal = proving_portal()
    browser, anne = person(portal, origin="register")
    assert "Rien n’a été lié" in linked(portal, browser, anne, card(attributes=changes))
    assert "identity.link_refused" in actions(portal)
    with portal.db.reading() as session:
        assert not portal.find(IExternalIdentities).of_account(session, anne.subject)


def test_a_card_of_another_account_opens_a_task_and_links_nothing(proving_portal: Any) -> None:
    portal = proving_portal()
    browser, anne = person(portal, origin="register")
    linked(portal, browser, anne, card())
    other_browser, other = person(portal)
    assert "le support doit vérifier" in linked(portal, other_browser, other, card())
    with portal.db.reading() as session:
        link = portal.find(IExternalIdentities).find(session, "https://autorite.example.org", CARD["subject"])
        assert link.account == anne.subject
        assert portal.find(IReviews).of_author(session, other.subject, kind="identity_link")


def test_a_stale_session_is_asked_for_a_fresh_proof_before_anything_is_added(proving_portal: Any) -> None:
    portal = proving_portal()
    browser, _ = person(portal, origin="register")
    portal.clock.advance(minutes=11)
    page = press(browser.get("/compte/dispositifs"), "Ajouter ma carte régionale")
    assert "/connexion?" in page.location and "recent=1" in page.location


def test_once_a_card_is_owned_the_mailed_code_changes_nothing_any_more(proving_portal: Any) -> None:
    portal = proving_portal()
    browser, anne = person(portal, origin="register")
    linked(portal, browser, anne, card())
    weak = portal.browser()
    portal.sign_in(weak, anne)
    page = press(weak.get("/compte/dispositifs"), "Ajouter ma carte régionale")
    assert "recent=1" in page.location
    offered = page.follow()
    assert "Carte régionale" in text(offered) and not offered.html.find("a", href=lambda to: to and "otp" in to)
    # The second card of the same person is added once the first one has been shown.
    second = card(subject="3330999905/000123", attributes={"rpps": ""})
    shown = come_back(weak, press(weak.get("/connexion/autorite?recent=1"), "Continuer"), card())
    assert shown.status_int == 303
    left = press(weak.get("/compte/dispositifs"), "Ajouter ma carte régionale")
    assert "autorite.example" in left.location
    assert "le support doit vérifier" in text(come_back(weak, left, second).follow())


def test_a_card_shown_first_is_linked_after_another_sign_in(proving_portal: Any) -> None:
    portal = proving_portal()
    _, anne = person(portal, origin="register")
    browser = portal.browser()
    page = show(browser, card()).follow().click("Me connecter autrement et lier")
    page = page.click("OTP")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).maybe_follow()
    page = send(page, {"Code reçu par courriel": portal.emails(anne.email)[-1].code}).follow()
    assert "Lier à mon compte" in text(page)
    page = press(page, "Lier à mon compte").follow()
    assert page.request.path == "/compte/premiere-liaison"
    assert "c’est ajouté" in text(page)


def test_revoking_a_card_ends_the_sessions_that_it_opened(proving_portal: Any) -> None:
    portal = proving_portal()
    browser, anne = person(portal, origin="register")
    linked(portal, browser, anne, card())
    thief = portal.browser()
    show(thief, card())
    assert thief.get("/compte").status_int == 200
    owner = portal.browser()
    show(owner, card())
    page = owner.get("/compte/dispositifs").click("Gérer\\b.*Carte")
    press(page, "Retirer « Carte 899900000011 »")
    assert thief.get("/compte").status_int == 303
    assert show(portal.browser(), card()).location.endswith("/connexion/identite")


def test_the_last_means_cannot_be_removed(proving_portal: Any) -> None:
    portal = proving_portal()
    browser, anne = person(portal, origin="register")
    linked(portal, browser, anne, card())
    with portal.db.writing() as session:
        from esea_auth_plugin.interfaces import IPasswords

        portal.find(IPasswords).forget(session, anne.subject)
    owner = portal.browser()
    show(owner, card())
    page = press(owner.get("/compte/dispositifs").click("Gérer\\b.*Carte"), "Retirer « Carte 899900000011 »").follow()
    assert "C’est votre seul moyen de connexion" in text(page) or "seul moyen" in page.text
    assert show(portal.browser(), card()).location.endswith("/compte")


def test_nobody_ends_anothers_device(proving_portal: Any) -> None:
    portal = proving_portal()
    browser, anne = person(portal, origin="register")
    linked(portal, browser, anne, card())
    with portal.db.reading() as session:
        (link,) = portal.find(IExternalIdentities).of_account(session, anne.subject)
    other, _ = portal.signed_in()
    token = other.get("/compte").html.find("input", {"name": "csrf_token"})["value"]
    other.post(f"/compte/dispositifs/autorite/{link.id}/retirer", {"csrf_token": token}, status=404)
    other.get(f"/compte/dispositifs/autorite/{link.id}", status=404)

"""From the support's decision to an open account: token, password, grants, and every way it may end."""

from __future__ import annotations

import pytest
from webtest import TestResponse

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.interfaces import AccountState, IAccounts, IGrants, IReviews, ISessions, Level
from esea_auth_plugin.levels import level_of
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import field_error, press, send, text
from esea_auth_plugin.testing.portal import PASSWORD, Person, Portal

pytestmark = pytest.mark.databases("sqlite", "postgresql")

LOGIN = "anne.pierre"


def state_of(portal: Portal, login: str = LOGIN) -> AccountState | None:
    with portal.db.reading() as session:
        account = portal.find(IAccounts).by_login(session, login)
    return account.state if account else None


def services_of(portal: Portal, login: str = LOGIN) -> frozenset[str]:
    with portal.db.reading() as session:
        account = portal.find(IAccounts).by_login(session, login)
        return frozenset(portal.find(IGrants).services_of(session, account.subject))


def extra(portal: Portal, reference: str, action: str, support: Person) -> str:
    with portal.db.writing() as session:
        review = portal.find(IReviews).by_reference(session, reference)
        return str(portal.find(IReviews).further(session, review.id, action=action, by=support.subject))


def test_the_account_opens_with_the_grants_that_the_support_accepted(portal: Portal) -> None:
    page = wizard.to_step_4(portal.browser(), "espace-pro", identifier=LOGIN)
    page.forms["champ"].set("services", True, index=1)  # the ROR too
    wizard_page = wizard.send_request(page)
    wizard.decide(portal, wizard.reference_on(wizard_page), kept=["espace-pro"])
    letter = portal.emails(wizard.EMAIL)[-1]
    assert "Services non accordés" in letter.text and "ROR" in letter.text
    assert state_of(portal) is AccountState.PENDING and services_of(portal) == frozenset()
    answer = wizard.confirm(portal, wizard.path_in(letter, "/inscription/confirmation/"))
    assert answer.location.endswith("/compte")
    assert state_of(portal) is AccountState.ACTIVE and services_of(portal) == {"espace-pro"}


def test_the_person_signs_in_afterwards_and_not_before(portal: Portal) -> None:
    path = wizard.accepted(portal)
    browser = portal.browser()
    early = send(
        browser.get("/connexion/otp"), {"Identifiant ou email": LOGIN, "Mot de passe": PASSWORD}
    ).maybe_follow()
    assert "/compte" not in early.request.path
    portal.emails()
    wizard.confirm(portal, path)
    portal.clock.advance(minutes=5)
    person = Person("", LOGIN, wizard.EMAIL, "Anne", "Pierre")
    page = portal.sign_in(portal.browser(), person)
    assert "Anne Pierre" in text(page)


def test_the_password_and_the_token_sign_the_person_in_at_their_level(portal: Portal) -> None:
    page = wizard.confirm(portal, wizard.accepted(portal)).follow()
    assert page.status_int == 200 and "Anne Pierre" in text(page)
    assert "ouvert et vous êtes connecté(e)" in text(page)
    with portal.db.reading() as session:
        account = portal.find(IAccounts).by_login(session, LOGIN)
        (view,) = portal.find(ISessions).of_subject(session, account.subject)
    assert level_of(view.proofs) is Level.MAIL_CODE


def test_the_link_moves_the_token_out_of_the_address_and_a_get_confirms_nothing(portal: Portal) -> None:
    path = wizard.accepted(portal)
    for _ in range(3):  # a mail scanner
        answer = portal.browser().get(path)
        assert answer.location.endswith("/inscription/confirmation")
        answer.follow()
    assert state_of(portal) is AccountState.PENDING


def test_who_does_not_know_the_password_sets_a_new_one_that_replaces_the_first(portal: Portal) -> None:
    path = wizard.accepted(portal)
    browser = portal.browser()
    page = browser.get(path).follow().click("Choisir un nouveau mot de passe")
    fresh = "Tambour-Violette-Hamac-31"
    page = send(page, {"Mot de passe": fresh, "Confirmez votre mot de passe": fresh})
    assert page.location.endswith("/connexion")
    assert "remplace celui de l’inscription" in portal.emails(wizard.EMAIL)[-1].text
    portal.clock.advance(minutes=5)
    tried = send(portal.browser().get("/connexion/otp"), {"Identifiant ou email": LOGIN, "Mot de passe": PASSWORD})
    assert "/code" not in (tried.location or "") and tried.status_int in {200, 303, 401, 422}
    portal.clock.advance(minutes=5)
    portal.sign_in(portal.browser(), Person("", LOGIN, wizard.EMAIL, "Anne", "Pierre", password=fresh))


@pytest.mark.databases("sqlite")
def test_a_wrong_password_confirms_nothing_and_leaves_a_trace(portal: Portal) -> None:
    path = wizard.accepted(portal)
    page = portal.browser().get(path).follow()
    page = send(page, {"Mot de passe": "Pas-Le-Bon-Mot-72"})
    assert "Ce n’est pas le mot de passe" in text(page)
    assert state_of(portal) is AccountState.PENDING


def test_a_used_link_says_so(portal: Portal) -> None:
    path = wizard.accepted(portal)
    wizard.confirm(portal, path)
    page = portal.browser().get(path).follow(status=410)
    assert "déjà servi" in text(page)


@pytest.mark.databases("sqlite")
def test_an_unknown_link_says_so(portal: Portal) -> None:
    page = portal.browser().get("/inscription/confirmation/" + "A" * 43).follow(status=404)
    assert "pas reconnu" in text(page)


def test_seven_days_and_a_second_are_too_long_and_the_support_sends_a_new_one(portal: Portal) -> None:
    reference = wizard.reference_on(wizard.sign_up(portal.browser(), identifier=LOGIN))
    support = wizard.decide(portal, reference)
    old = wizard.path_in(portal.emails(wizard.EMAIL)[-1], "/inscription/confirmation/")
    portal.clock.advance(days=7)
    page = portal.browser().get(old).follow(status=410)
    assert "expiré" in text(page) and "support@" in text(page)
    assert "nouveau jeton" in extra(portal, reference, "resend_token", support)
    new = wizard.path_in(portal.emails(wizard.EMAIL)[-1], "/inscription/confirmation/")
    assert new != old
    wizard.confirm(portal, new)
    assert state_of(portal) is AccountState.ACTIVE


def test_a_new_token_kills_the_old_one_that_still_lived(portal: Portal) -> None:
    reference = wizard.reference_on(wizard.sign_up(portal.browser(), identifier=LOGIN))
    support = wizard.decide(portal, reference)
    old = wizard.path_in(portal.emails(wizard.EMAIL)[-1], "/inscription/confirmation/")
    portal.clock.advance(minutes=5)
    extra(portal, reference, "resend_token", support)
    page = portal.browser().get(old).follow(status=410)
    assert "remplacé" in text(page)


def test_a_refusal_gives_its_reason_and_a_way_to_ask_again(portal: Portal) -> None:
    reference = wizard.reference_on(wizard.sign_up(portal.browser(), identifier=LOGIN))
    wizard.decide(portal, reference, accept=False, reason="Nous n’avons pas pu joindre votre établissement.")
    letter = portal.emails(wizard.EMAIL)[-1]
    assert "joindre votre établissement" in letter.text
    assert state_of(portal) is None
    browser = portal.browser()
    page = browser.get(wizard.path_in(letter, "/inscription/complement/")).follow()
    assert "Pierre" not in text(page)
    page = press(page, "Ouvrir mon formulaire").follow()
    assert page.html.find("input", {"name": "last_name"})["value"] == "Pierre"
    # The identifier of the refused request is free again, at once.
    page = send(page, {"Nom": "Pierre"}).follow()
    answers = {"Identifiant": LOGIN, "Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD}
    page = send(page, answers).follow()
    assert LOGIN in text(page)
    again = wizard.reference_on(wizard.send_request(page))
    assert again != reference


def asked_more(portal: Portal, reference: str, support: Person) -> TestResponse:
    """The page of the mailed link, after the reviewer's question."""
    with portal.db.writing() as session:
        review = portal.find(IReviews).by_reference(session, reference)
        portal.find(IReviews).ask_more(session, review.id, by=support.subject, question="Dans quel service ?")
    letter = portal.emails(wizard.EMAIL)[-1]
    assert "Dans quel service ?" in letter.text
    return portal.browser().get(wizard.path_in(letter, "/inscription/complement/")).follow()


def test_a_question_is_answered_in_one_box_and_the_request_comes_back(portal: Portal) -> None:
    reference = wizard.reference_on(wizard.sign_up(portal.browser(), identifier=LOGIN))
    support = wizard.reviewer(portal)
    page = asked_more(portal, reference, support)
    link = wizard.path_in(portal.emails(wizard.EMAIL)[-1], "/inscription/complement/")
    assert "Dans quel service ?" in text(page) and "Pierre" not in text(page)
    assert field_error(send(page, {"Votre réponse": ""}), "Votre réponse")
    done = send(page, {"Votre réponse": "Au SMUR, depuis septembre."})
    assert "Réponse envoyée" in text(done) and reference in text(done)
    with portal.db.reading() as session:
        review = portal.find(IReviews).by_reference(session, reference)
    assert str(review.state) == "open" and review.assignee == support.subject
    browser = portal.browser()
    portal.sign_in(browser, support)
    shown = browser.get(f"/support/inscriptions/{reference}")
    assert "Au SMUR, depuis septembre." in text(shown) and "la demande est la même" in text(shown)
    wizard.decide(portal, reference)
    wizard.confirm(portal, wizard.path_in(portal.emails(wizard.EMAIL)[-1], "/inscription/confirmation/"))
    assert state_of(portal) is AccountState.ACTIVE
    # The link has done its work.
    portal.browser().get(link).follow(status=410)


def test_what_is_changed_after_a_question_stands_beside_what_was(portal: Portal) -> None:
    reference = wizard.reference_on(wizard.sign_up(portal.browser(), identifier=LOGIN))
    support = wizard.reviewer(portal)
    page = press(asked_more(portal, reference, support), "Modifier mes réponses").follow()
    # Straight to all answers: identifier, password and CGU stand.
    assert "Vérifiez vos réponses" in page.html.title.text and "Dans quel service ?" in text(page)
    page = page.test_app.get("/inscription/donnees")
    page = send(page, {"Lieu d’exercice": "CH d’Exemple, SMUR"}).follow()
    assert "CH d’Exemple, SMUR" in text(page)
    page = send(page, {"Votre réponse": "Au SMUR."}, wizard.SEND).follow()
    assert wizard.reference_on(page) == reference
    browser = portal.browser()
    portal.sign_in(browser, support)
    shown = browser.get(f"/support/inscriptions/{reference}")
    changes = {row.find("dt").get_text(strip=True): row for row in shown.html.select(".review-completion .facts > div")}
    assert set(changes) == {"Question", "Réponse", "Lieu d’exercice"}
    assert "urgences" in changes["Lieu d’exercice"].find("del").get_text()
    assert "CH d’Exemple, SMUR" in changes["Lieu d’exercice"].find("ins").get_text()
    wizard.decide(portal, reference)
    after = text(browser.get(f"/support/inscriptions/{reference}"))
    assert "Aucun compte ni aucune demande en attente ne ressemble à celle-ci" in after, (
        "its own account is no duplicate"
    )


def test_a_second_account_is_not_approved_while_a_duplicate_is_undecided(portal: Portal) -> None:
    first = wizard.reference_on(wizard.sign_up(portal.browser(), identifier=LOGIN))
    second = wizard.reference_on(wizard.sign_up(portal.browser(), email="anne@autre-exemple.fr"))
    with pytest.raises(PortalError, match="doublon"):
        wizard.decide(portal, first)
    support = wizard.reviewer(portal)
    assert "pas un doublon" in extra(portal, first, "not_duplicate", support)
    wizard.decide(portal, first)
    with pytest.raises(PortalError, match="doublon"):  # the same RPPS number, now of an account
        wizard.decide(portal, second)


def test_an_email_that_has_an_account_is_never_approved_again(portal: Portal) -> None:
    anne = portal.person(email=wizard.EMAIL)
    reference = wizard.reference_on(wizard.sign_up(portal.browser(), identifier=LOGIN))
    assert "déjà un compte" in portal.emails(anne.email)[-1].subject
    with pytest.raises(PortalError, match="appartient déjà"):
        wizard.decide(portal, reference)


@pytest.mark.databases("sqlite")
def test_an_account_nobody_confirms_is_erased_and_its_identifier_is_free(portal: Portal) -> None:
    from esea_auth_plugin.sign_up.retention import forget_old

    wizard.accepted(portal)
    portal.clock.advance(days=13)
    forget_old(portal.registry)
    assert state_of(portal) is AccountState.PENDING
    portal.clock.advance(days=2)
    forget_old(portal.registry)
    assert state_of(portal) is None
    assert "Étape 4/4" in wizard.to_step_4(portal.browser(), identifier=LOGIN).html.title.text

"""The first link between Pro Santé Connect and an account that somebody else may have prepared (pre-hijacking)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.devices import give_application
from tests.interop.psc.journeys import actions, come_in, is_signed_in, keep, registered, sessions
from tests.interop.psc.provider import Provider, Visitor, changed
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS, NATIONAL_ID, RPPS
from webtest import TestApp, TestResponse

from esea_auth_plugin.authentication.credentials.suspension import SuspendedFactors
from esea_auth_plugin.foundation.reviews.models import ReviewRequest
from esea_auth_plugin.interfaces import IAccounts, IExternalIdentities, IMailboxes, IPasswords, IReviews
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.sign_up import path_in

pytestmark = pytest.mark.databases("sqlite", "postgresql")
PAGE = "/compte/premiere-liaison"
UNKNOWN_BROWSER = "ce navigateur n’avait jamais ouvert ce compte"
TOTP = pytest.mark.settings(**{"esea_auth.modes": "password mail_code totp pro_sante_connect ecps"})


def arrive(browser: TestApp, visitor: Visitor | None = None) -> TestResponse:
    """Come back from PSC as oneself; return the page that follows."""
    page = come_in(browser, visitor or Visitor()).maybe_follow()
    if "Continuer en tant que" in page.text:
        page = press(page, "Continuer en tant que Alix Exemple").maybe_follow()
    return page


def linked(portal: Portal, psc: Provider) -> str | None:
    """Return the account that PSC's person is linked to."""
    with portal.db.reading() as session:
        link = portal.find(IExternalIdentities).find(session, psc.auth, NATIONAL_ID)
    return link.account if link is not None else None


# --- what a reviewer marked --------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [{}, {"first_name": "Igor", "last_name": "Posteur"}])
def test_a_number_that_a_reviewer_marked_opens_nothing_silently(
    portal: Portal, psc: Provider, names: dict[str, str]
) -> None:
    """The attack: the number's true owner was signed in to the account of whoever had the number marked as theirs."""
    impostor = registered(portal, origin="support", **names)
    theirs = portal.browser()
    portal.sign_in(theirs, impostor)
    psc.present(CLAIMS)
    owner = portal.browser("203.0.113.9")
    page = arrive(owner)
    assert f"N° RPPS {RPPS}" in text(page)
    assert "C'est mon compte" in page.text
    for told in (impostor.email, impostor.identifier, "Igor", "Posteur"):
        assert told not in page.text
    assert not is_signed_in(owner, impostor)
    assert sessions(portal) == 1
    assert linked(portal, psc) is None


def test_an_authority_s_number_on_an_account_of_another_name_opens_nothing_silently(
    portal: Portal, psc: Provider
) -> None:
    other = registered(portal, origin="card", first_name="Igor", last_name="Posteur")
    psc.present(CLAIMS)
    owner = portal.browser()
    assert "C'est mon compte" in arrive(owner).text
    assert not is_signed_in(owner, other)
    assert linked(portal, psc) is None


@pytest.mark.parametrize(
    ("account", "claims"),
    [
        ({"last_name": "Durand-Exemple", "first_name": "Alix"}, {}),
        ({"last_name": "Durand", "first_name": "Alix"}, {"family_name": "DURAND EP EXEMPLE"}),
        ({"last_name": "Œuvrard", "first_name": "Alix"}, {"family_name": "OEUVRARD"}),
        ({"last_name": "Exemple", "first_name": "Jean-Pierre"}, {"given_name": "JEAN PIERRE MARIE"}),
        ({"last_name": "Exemple", "first_name": "Marie"}, {"given_name": "ALIX, MARIE"}),
        ({"last_name": "Praticienne", "first_name": "Alix"}, {"practice": "PRATICIENNE"}),
    ],
)
def test_birth_name_use_name_and_given_names_in_any_order_are_one_name(
    portal: Portal, psc: Provider, account: dict[str, str], claims: dict[str, Any]
) -> None:
    person = registered(portal, **account)
    given = dict(claims)
    practice = given.pop("practice", "")
    if practice:
        given["SubjectRefPro"] = {"exercices": [{**CLAIMS["SubjectRefPro"]["exercices"][0], "nomDexercice": practice}]}
    psc.present(changed(CLAIMS, **given))
    browser = portal.browser()
    come_in(browser, Visitor())
    assert is_signed_in(browser, person)


def test_it_is_not_mine_contests_a_number_that_a_reviewer_marked(portal: Portal, psc: Provider) -> None:
    impostor = registered(portal, origin="support", services=["ror"])
    psc.present(CLAIMS)
    browser = portal.browser()
    press(arrive(browser), "Ce n'est pas mon compte")
    assert "psc.contested" in actions(portal)
    assert "grant.held" in actions(portal)
    support, _ = portal.signed_in(roles=["support"])
    page = text(support.get("/support/numeros-contestes").click("Alix Exemple"))
    assert "Marqué comme prouvé, sans preuve de la personne" in page
    assert linked(portal, psc) is None
    assert not is_signed_in(browser, impostor)


def test_a_mailbox_alone_does_not_make_a_marked_number_mine(portal: Portal, psc: Provider) -> None:
    person = registered(portal, origin="support")
    psc.present(CLAIMS)
    browser = portal.browser()
    press(arrive(browser), "C'est mon compte")
    portal.sign_in(browser, person)
    press(browser.get("/compte/dispositifs/lier"), "Lier à mon compte")
    assert linked(portal, psc) is None


# --- what the account had before ---------------------------------------------------------------------------------


@TOTP
def test_the_first_link_suspends_what_the_account_had_and_ends_its_sessions(portal: Portal, psc: Provider) -> None:
    """Pre-hijacking: the password, the application and the session of whoever prepared the account open nothing."""
    person = registered(portal, mobile="+33612345678")
    give_application(portal, person)
    theirs = portal.browser()
    portal.sign_in(theirs, person)
    psc.present(CLAIMS)
    owner = portal.browser("203.0.113.9")
    page = arrive(owner)
    assert page.request.path == PAGE
    told = text(page)
    for item in ("Mot de passe", "choisi le", "Application", person.email, "Téléphone"):
        assert item in told
    page = page.click("Choisir ce que je garde")
    assert "Mot de passe, choisi le" in text(page)
    assert not any(box.get("checked") for box in (owner_field(page, index) for index in range(4)))
    assert not is_signed_in(theirs, person)
    assert is_signed_in(owner, person)
    again = portal.browser()
    refused = send(
        again.get("/connexion/otp"), {"Identifiant ou email": person.identifier, "Mot de passe": person.password}
    )
    assert "Code reçu par courriel" not in text(refused.maybe_follow())
    letter = portal.emails(person.email)
    assert any(each.subject == "Une identité professionnelle est liée à votre compte" for each in letter)


def owner_field(page: TestResponse, index: int) -> Any:
    return page.html.find("input", {"id": f"garder-{index + 1}"})


@TOTP
def test_what_is_not_ticked_ends(portal: Portal, psc: Provider) -> None:
    person = registered(portal, mobile="+33612345678")
    give_application(portal, person)
    psc.present(CLAIMS)
    owner = portal.browser()
    done = press(arrive(owner).click("Choisir ce que je garde"), "Garder ce qui est coché et retirer le reste")
    assert done.location.endswith("/compte")
    with portal.db.reading() as session:
        assert not portal.find(IPasswords).held_by(session, person.subject)
        assert portal.find(SuspendedFactors).of(session, person.subject) == []
        account = portal.find(IAccounts).by_subject(session, person.subject)
        assert "mobile" not in portal.find(IAccounts).attributes(session, person.subject)
    assert account.email_doubted_at is not None
    told = actions(portal)
    for action in ("identity.first_linked", "identity.first_link_answered", "account.password_removed"):
        assert told.count(action) == 1
    assert told.count("device.revoked") == 1
    assert is_signed_in(owner, person)
    # Asked once.
    assert owner.get(PAGE).location.endswith("/compte")


@pytest.mark.parametrize("kept", [False, True])
def test_a_mailbox_that_is_not_the_owner_s_stops_nothing_any_more(portal: Portal, psc: Provider, kept: bool) -> None:
    """« Ce n'était pas moi » went to whoever prepared the account: they would lock the owner out by it."""
    person = registered(portal)
    psc.present(CLAIMS)
    owner = portal.browser()
    page = arrive(owner)
    letter = next(each for each in portal.emails(person.email) if "identité professionnelle" in each.subject)
    assert "/signalement/" not in letter.text
    keep(page, *(["Adresse électronique"] if kept else []))
    told = [each for each in portal.emails(person.email) if each.subject == "Ce que votre compte garde"]
    assert len(told) == kept
    if kept:
        assert portal.browser().get(path_in(told[0], "/signalement/")).follow().status_int == 200
    assert is_signed_in(owner, person)


@TOTP
def test_what_is_ticked_opens_again(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    give_application(portal, person)
    psc.present(CLAIMS)
    owner = portal.browser()
    keep(arrive(owner), "Mot de passe", "Adresse électronique")
    portal.clock.advance(minutes=2)
    with portal.db.reading() as session:
        assert portal.find(SuspendedFactors).of(session, person.subject) == []
    other = portal.browser()
    portal.sign_in(other, person)
    assert is_signed_in(other, person)
    letter = next(each for each in portal.emails(person.email) if each.subject == "Ce que votre compte garde")
    assert "Gardé : Mot de passe, Adresse électronique" in " ".join(letter.text.split())
    assert "Retiré : " in letter.text


def test_who_leaves_without_answering_is_asked_again_and_nothing_opens_meanwhile(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    visitor = Visitor()
    assert arrive(portal.browser(), visitor).request.path == PAGE
    portal.clock.advance(minutes=1)
    second = portal.browser()
    assert arrive(second, visitor).request.path == PAGE
    keep(second.get(PAGE), "Mot de passe", "Adresse électronique")
    assert is_signed_in(second, person)


@TOTP
def test_everything_is_kept_with_one_click(portal: Portal, psc: Provider) -> None:
    person = registered(portal, mobile="+33612345678")
    give_application(portal, person)
    psc.present(CLAIMS)
    owner = portal.browser()
    done = press(arrive(owner), "Tout est à moi : tout garder").follow()
    assert done.html.select_one(".notice-success") is not None and "Retiré" not in text(done)
    with portal.db.reading() as session:
        assert portal.find(IPasswords).held_by(session, person.subject)
        assert portal.find(SuspendedFactors).of(session, person.subject) == []
        account = portal.find(IAccounts).by_subject(session, person.subject)
        assert portal.find(IAccounts).attributes(session, person.subject)["mobile"] == "+33612345678"
    assert account.email_doubted_at is None
    told = actions(portal)
    assert told.count("identity.first_link_answered") == 1
    assert "device.revoked" not in told and "account.password_removed" not in told


@TOTP
def test_the_page_offers_no_single_click_that_removes_anything(portal: Portal, psc: Provider) -> None:
    """Each item is shown with what its owner recognises it by; the only form keeps them all."""
    person = registered(portal, mobile="+33612345678")
    give_application(portal, person)
    psc.present(CLAIMS)
    page = arrive(portal.browser())
    (form,) = (form for form in page.forms.values() if form.action == PAGE)
    shown = page.html.find("main").select(".entry")
    assert len(form.fields["garder"]) == len(shown) == 4
    assert {"Mot de passe", "Adresse électronique", "Téléphone"} <= {
        title for title in ("Mot de passe", "Adresse électronique", "Téléphone") for each in shown if title in each.text
    }
    assert all(" le " in each.text or "jamais" in each.text for each in shown), "each says since when"
    choices = page.click("Choisir ce que je garde")
    assert "Sans adresse, vous ne recevrez plus ni code ni alerte" in text(choices)


def test_an_unknown_browser_and_recent_items_are_warned_about(portal: Portal, psc: Provider) -> None:
    """Pre-hijacking: the owner's browser never opened the account that somebody prepared a short time ago."""
    registered(portal)
    psc.present(CLAIMS)
    page = arrive(portal.browser())
    assert UNKNOWN_BROWSER in text(page)
    assert "Récent" in text(page)
    keeping = next(button for button in page.html.find_all("button") if "tout garder" in button.text)
    assert "btn-primary" not in keeping["class"]


def test_a_browser_that_opened_the_account_before_is_not_said_to_be_unknown(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    browser = portal.browser()
    portal.sign_in(browser, person)
    press(browser.get("/compte"), "Me déconnecter")
    page = arrive(browser)
    assert page.request.path == PAGE
    assert UNKNOWN_BROWSER not in text(page)


def test_answering_later_leaves_everything_suspended_and_my_account_asks_again(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    owner = portal.browser()
    home = arrive(owner).click("Répondre plus tard")
    assert home.request.path == "/compte"
    assert "Il reste une question sur votre compte" in text(home)
    with portal.db.reading() as session:
        assert portal.find(SuspendedFactors).of(session, person.subject) != []
        assert portal.find(IPasswords).held_by(session, person.subject)
    page = home.click("Répondre", index=0)
    assert page.request.path == PAGE
    home = press(page, "Tout est à moi : tout garder").follow()
    assert "Il reste une question" not in text(home)


def test_who_removed_their_address_is_told_the_true_reason(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    owner = portal.browser()
    home = keep(arrive(owner), "Mot de passe").follow()
    warning = " ".join(each.text for each in home.html.select(".notice-warning"))
    assert "Confirmez une adresse" in warning and "Retiré : Adresse électronique" in warning
    for page in (home, owner.get("/compte/courriel")):
        assert "gardée" in text(page)
        assert "changé de mains" not in text(page)
    assert "L’adresse de votre compte est retirée" in text(owner.get("/compte/notifications"))
    with portal.db.writing() as session:
        # A domain that is found to be sound gives back no address that its owner removed.
        domain = person.email.partition("@")[2]
        assert portal.find(IMailboxes).believe(session, domain, by="support") == []
        account = portal.find(IAccounts).by_subject(session, person.subject)
    assert account.email_doubted_at is not None


def test_a_session_that_does_not_rest_on_the_link_may_not_answer(portal: Portal, psc: Provider) -> None:
    """Whoever kept the password would otherwise keep everything else too."""
    person = registered(portal)
    psc.present(CLAIMS)
    owner = portal.browser()
    arrive(owner)
    with portal.db.writing() as session:
        portal.find(SuspendedFactors).lift(session, person.subject, "password", by=person.subject)
    other = portal.browser()
    portal.sign_in(other, person)
    assert is_signed_in(other, person)
    assert other.get(PAGE).location.endswith("/compte")
    assert "Il reste une question" not in text(other.get("/compte"))
    token = other.get("/compte").html.find("input", {"name": "csrf_token"})["value"]
    other.post(PAGE, {"csrf_token": token, "garder": "password"})
    assert "identity.first_link_answered" not in actions(portal)


def test_the_second_identity_asks_nothing(portal: Portal, psc: Provider) -> None:
    """A national identifier that changed is no first link, and no new device either."""
    person = registered(portal)
    psc.present(CLAIMS)
    browser = portal.browser()
    keep(arrive(browser), "Mot de passe", "Adresse électronique")
    before = len(portal.emails(person.email))
    psc.present(changed(CLAIMS, sub="autre-sub", SubjectNameID="7d0f3a3e-6c57-4b0e-9a55-111111111111"))
    again = portal.browser()
    assert arrive(again).request.path == "/compte"
    assert not any("identité" in each.subject for each in portal.emails(person.email)[before:])


def test_a_merge_asks_about_what_the_account_that_stays_had(portal: Portal, psc: Provider) -> None:
    """A reviewer who keeps the wrong one of two accounts must not hand the owner's rights to its password."""
    older = registered(portal, services=["ror"])
    psc.present(CLAIMS)
    browser = portal.browser()
    keep(arrive(browser), "Mot de passe", "Adresse électronique")
    prepared = registered(portal, origin="support", first_name="Alix", last_name="Exemple")
    arrive(portal.browser())
    support = portal.person(roles=["support"], first_name="Claire")
    with portal.db.writing() as session:
        review = session.query(ReviewRequest).filter_by(kind="psc_conflict").one()
        portal.find(IReviews).decide(
            session, review.id, accept=True, by=support.subject, kept=frozenset({f"garder-{prepared.subject}"})
        )
    page = send(
        portal.browser().get("/connexion/otp"),
        {"Identifiant ou email": prepared.identifier, "Mot de passe": prepared.password},
    )
    assert "Code reçu par courriel" not in text(page.maybe_follow())
    owner = portal.browser()
    assert arrive(owner).request.path == PAGE
    assert is_signed_in(owner, prepared)
    assert linked(portal, psc) == prepared.subject != older.subject


def test_who_links_it_from_their_account_keeps_everything_with_one_click(portal: Portal, psc: Provider) -> None:
    """Both sides were proven: nothing is suspended, everything is ticked."""
    psc.present(CLAIMS)
    person, browser = registered(portal), portal.browser()
    portal.sign_in(browser, person)
    elsewhere = portal.browser()
    portal.sign_in(elsewhere, person)
    page = press(browser.get("/compte/dispositifs/ajouter/psc"), "Continuer").maybe_follow()
    gone = press(page, "S'identifier avec Pro Santé Connect")
    page = browser.get(Visitor().go(str(gone.location))).follow()
    assert page.request.path == PAGE
    assert owner_field(page.click("Choisir ce que je garde"), 0).has_attr("checked")
    assert UNKNOWN_BROWSER not in text(page), "the person was signed in to the account, by this very browser"
    assert is_signed_in(browser, person)
    assert not is_signed_in(elsewhere, person)
    press(page, "Tout est à moi : tout garder")
    again = portal.browser()
    portal.sign_in(again, person)
    assert is_signed_in(again, person)

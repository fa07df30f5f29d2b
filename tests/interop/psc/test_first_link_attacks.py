"""Whoever prepared the account holds its mailbox too: nothing mailed there undoes a first link."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.email_change import NEW, ask, changed, confirm, undo_path
from tests.interop.psc.journeys import actions, is_signed_in, keep, registered
from tests.interop.psc.provider import Provider, Visitor
from tests.interop.psc.test_first_link import PAGE, arrive
from tests.recovery import agree, lose_everything
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS
from webtest import TestApp

from esea_auth_plugin.authentication.credentials.suspension import SuspendedFactors
from esea_auth_plugin.events import SignedInFromNewNetwork
from esea_auth_plugin.foundation.reviews.models import ReviewRequest
from esea_auth_plugin.interfaces import AccountView, IAccounts
from esea_auth_plugin.testing.pages import send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in

pytestmark = pytest.mark.databases("sqlite", "postgresql")
OWNERS = "alix.exemple@hopital.example.fr"


def prepared(portal: Portal) -> tuple[Person, TestApp]:
    """Return an account with an authority's number, and the session of the impostor who opened it."""
    person = registered(portal)
    theirs = portal.browser()
    portal.sign_in(theirs, person)
    return person, theirs


def account_of(portal: Portal, person: Person) -> AccountView:
    with portal.db.reading() as session:
        found: AccountView = portal.find(IAccounts).by_subject(session, person.subject)
    return found


def frozen(portal: Portal, person: Person) -> dict[tuple[str, str], str]:
    with portal.db.reading() as session:
        of = portal.find(SuspendedFactors).of(session, person.subject)
    return {(one.mode, one.reference): one.reason for one in of}


def comes_in(browser: TestApp) -> bool:
    return bool(browser.get("/compte", expect_errors=True).status_int == 200)


# --- the record of a change of address ---------------------------------------------------------------------------


def test_a_former_address_takes_no_rejected_mailbox_back(portal: Portal, psc: Provider) -> None:
    """Both addresses are the impostor's: the former one kept a link that was good for 72 hours."""
    person, theirs = prepared(portal)
    changed(portal, theirs)
    path = undo_path(portal, person)
    psc.present(CLAIMS)
    owner = portal.browser("203.0.113.9")
    page = arrive(owner)
    before = len(portal.emails(person.email)), len(portal.emails(NEW))
    keep(page)
    assert (len(portal.emails(person.email)), len(portal.emails(NEW))) == before, "neither mailbox is told"
    assert portal.browser().get(path).follow(expect_errors=True).status_int == 410
    account = account_of(portal, person)
    assert account.email == NEW
    assert account.email_doubted_at is not None
    assert actions(portal).count("account.email_change_settled") == 1
    # The owner gives an address of their own at once.
    assert confirm(portal, ask(owner, OWNERS), OWNERS).location.endswith("/compte/profil")
    account = account_of(portal, person)
    assert account.email == OWNERS
    assert account.email_doubted_at is None
    for address in (person.email, NEW):
        assert not any("/adresse-precedente/" in each.text for each in portal.emails(address)[2:])
    assert comes_in(owner)


def test_a_change_made_before_the_answer_gives_the_unconfirmed_mailbox_no_link(portal: Portal, psc: Provider) -> None:
    person, _ = prepared(portal)
    psc.present(CLAIMS)
    owner = portal.browser("203.0.113.9")
    assert arrive(owner).request.path == PAGE
    changed(portal, owner, OWNERS)
    assert account_of(portal, person).email == OWNERS
    told = portal.emails(person.email)[-1]
    assert told.subject.startswith("L’adresse de votre compte"), "it is told"
    assert not any(path in told.text for path in ("/adresse-precedente/", "/signalement/")), "and may stop nothing"


def test_all_lost_mails_no_link_to_a_mailbox_that_nobody_confirmed(portal: Portal, psc: Provider) -> None:
    """The impostor asks while the owner's question is open: two reviewers would have mailed them the link."""
    person, _ = prepared(portal)
    psc.present(CLAIMS)
    arrive(portal.browser("203.0.113.9"))
    lose_everything(portal, person.identifier)
    with portal.db.reading() as session:
        asked = select(ReviewRequest.reference).where(ReviewRequest.kind == "lost_everything")
        reference = session.scalars(asked).one()
    for name in ("Claire", "Denis"):
        reviewer, _ = portal.signed_in(roles=["support"], first_name=name)
        assert "attend d’être confirmée" in text(agree(portal, reviewer, reference).maybe_follow())
    assert not any("/connexion/retrouver/" in each.text for each in portal.emails(person.email))


# --- « Ce n'était pas moi » --------------------------------------------------------------------------------------


def test_the_mailbox_that_nobody_confirmed_stops_nothing_while_the_question_is_open(
    portal: Portal, psc: Provider
) -> None:
    """The impostor pressed « Ce n'était pas moi » about the owner's sign-in, which blocked Pro Santé Connect."""
    person, _ = prepared(portal)
    with portal.db.writing() as session:
        portal.registry.notify(SignedInFromNewNetwork(session, person.subject, "Firefox", "203.0.113.9"))
    earlier = portal.emails(person.email)
    mailed_before = path_in(next(each for each in earlier if "/signalement/" in each.text), "/signalement/")
    psc.present(CLAIMS)
    owner, visitor = portal.browser("203.0.113.9"), Visitor()
    assert arrive(owner, visitor).request.path == PAGE
    portal.clock.advance(minutes=1)
    assert arrive(portal.browser("198.51.100.7"), visitor).request.path == PAGE
    told = portal.emails(person.email)[len(earlier) :]
    subjects = {each.subject for each in told}
    assert {"Une identité professionnelle est liée à votre compte", "Nouvelle connexion à votre compte"} <= subjects
    assert not any("/signalement/" in each.text for each in told)
    assert portal.browser().get(mailed_before).follow(expect_errors=True).status_int == 410
    assert is_signed_in(owner, person)
    keep(owner.get(PAGE), "Adresse électronique")
    assert "/signalement/" in portal.emails(person.email)[-1].text, "a mailbox that its person confirmed may object"


def unblock(portal: Portal, person: Person) -> str:
    """Press « Débloquer » as the support, whether or not the page shows it; return what the account's page says."""
    desk, _ = portal.signed_in(roles=["support"], first_name="Claire")
    path = f"/support/comptes/{person.subject}"
    page = desk.get(path)
    said = text(page)
    token = page.html.find("input", {"name": "csrf_token"})["value"]
    desk.post(f"{path}/debloquer", {"csrf_token": token, "identite_verifiee": "oui"}, expect_errors=True)
    return said


def test_the_support_does_not_lift_what_the_first_link_suspended(portal: Portal, psc: Provider) -> None:
    person, _ = prepared(portal)
    psc.present(CLAIMS)
    arrive(portal.browser("203.0.113.9"))
    suspended = frozen(portal, person)
    assert suspended == {("password", ""): "first_link"}
    said = unblock(portal, person)
    assert "Suspendu à la première liaison d’une identité professionnelle" in said
    assert "Bloqués après un signalement" not in said
    assert frozen(portal, person) == suspended
    with portal.db.writing() as session:
        portal.find(SuspendedFactors).suspend_factor(session, person.subject, "pro_sante_connect", reason="contested")
    assert "Bloqués après un signalement « Ce n’était pas moi » : Pro Santé Connect" in unblock(portal, person)
    assert frozen(portal, person) == suspended


def test_a_contest_before_the_first_link_does_not_hide_what_it_suspends(portal: Portal, psc: Provider) -> None:
    """The impostor had their own password blocked first: « Débloquer » would have given it back."""
    person, _ = prepared(portal)
    with portal.db.writing() as session:
        portal.find(SuspendedFactors).suspend_factor(session, person.subject, "password", reason="contested")
    psc.present(CLAIMS)
    owner = portal.browser("203.0.113.9")
    arrive(owner)
    unblock(portal, person)
    assert frozen(portal, person) == {("password", ""): "first_link"}
    keep(owner.get(PAGE), "Mot de passe", "Adresse électronique")
    assert frozen(portal, person) == {}


def test_what_the_former_password_opened_meanwhile_ends_at_the_next_arrival(portal: Portal, psc: Provider) -> None:
    person, _ = prepared(portal)
    psc.present(CLAIMS)
    owner, visitor = portal.browser("203.0.113.9"), Visitor()
    arrive(owner, visitor)
    with portal.db.writing() as session:
        portal.find(SuspendedFactors).lift(session, person.subject, "password", by=person.subject)
    theirs = portal.browser()
    portal.clock.advance(minutes=1)
    portal.sign_in(theirs, person)
    assert is_signed_in(theirs, person)
    again = portal.browser("203.0.113.9")
    assert arrive(again, visitor).request.path == PAGE
    assert not is_signed_in(theirs, person)
    assert is_signed_in(owner, person), "it rests on the identity itself"
    assert is_signed_in(again, person)
    assert frozen(portal, person) == {("password", ""): "first_link"}
    refused = send(
        portal.browser().get("/connexion/otp"),
        {"Identifiant ou email": person.identifier, "Mot de passe": person.password},
    )
    assert "Code reçu par courriel" not in text(refused.maybe_follow())

"""After a recovery roles give nothing, whatever way leads to them, until they are confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.devices import MODES, by_application, give_application
from tests.recovery import NEW, accept_twice, agree, lose_everything, mailed_path
from webtest import TestApp

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.interfaces import IReviews, IRoles, IRoleSuspensions
from esea_auth_plugin.testing.pages import fill, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import reference_on

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite", "postgresql")]

VALUES = {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}
RESTORE = "J’ai vérifié l’identité de la personne pour rétablir ses rôles"


def suspend(portal: Portal, person: Person, request_id: str | None = None) -> None:
    with portal.db.writing() as session:
        portal.find(IRoleSuspensions).suspend(session, person.subject, cause="lost_mailbox", request_id=request_id)
    portal.clock.advance(minutes=1)


def roles(portal: Portal, person: Person) -> list[str]:
    with portal.db.reading() as session:
        return [role.name for role in portal.find(IRoles).of(session, person.subject)]


def restored(reviewer: TestApp, person: Person) -> str:
    """Let a reviewer press « Rétablir les rôles »; return what they are told."""
    page = reviewer.get(f"/support/comptes/{person.subject}")
    form = fill(page, {RESTORE: True})
    return str(form.submit().follow().text)


def test_everything_lost_ends_with_suspended_roles(portal: Portal) -> None:
    lucie = portal.person(roles=["support", "oru"])
    give_application(portal, lucie)
    accept_twice(portal, reference_on(lose_everything(portal, lucie.identifier)))
    send(portal.browser().get(mailed_path(portal, lucie.email)).follow(), VALUES)
    assert roles(portal, lucie) == []
    subjects = [letter.subject for letter in portal.emails(lucie.email)]
    assert "Les rôles de votre compte sont suspendus" in subjects
    with portal.db.reading() as session:
        assert len(audit_rows(session, action="role.suspended", actor=lucie.subject)) == 1
        assert portal.find(IRoles).granted(session, lucie.subject), "they are kept, and give nothing"


def test_no_way_of_giving_a_role_gets_past_the_suspension(portal: Portal) -> None:
    """A role that the command line gives, one of a scope, one that comes back: none of them counts."""
    lucie = portal.person(roles=["support"])
    browser = portal.browser()
    portal.sign_in(browser, lucie)
    suspend(portal, lucie)
    with portal.db.writing() as session:
        for role, scope in (("support", "*"), ("oru", "finess:330000001"), ("oru", "service:ror")):
            portal.find(IRoles).give(session, lucie.subject, role, scope=scope, given_by="cli")
    assert roles(portal, lucie) == []
    for path in ("/support", "/support/comptes", "/support/domaines", "/espace-pro/gestion"):
        assert browser.get(path, expect_errors=True).status_int in {403, 404}, path
    assert "Vos rôles sont suspendus" in text(browser.get("/support", expect_errors=True))
    assert "Vos rôles sont suspendus" in text(browser.get("/compte/roles"))


def test_a_session_that_was_open_loses_its_roles_at_its_next_request(portal: Portal) -> None:
    browser, lucie = portal.signed_in(roles=["support"])
    assert browser.get("/support").status_int == 200
    suspend(portal, lucie)
    assert browser.get("/support", expect_errors=True).status_int == 403


def test_a_suspended_reviewer_decides_nothing_even_past_the_pages(portal: Portal) -> None:
    target, lucie = portal.person(), portal.person(roles=["support"])
    reference = reference_on(lose_everything(portal, target.identifier))
    suspend(portal, lucie)
    reviews = portal.find(IReviews)

    def attempt(act: Any) -> str:
        with portal.db.writing() as session, pytest.raises(PortalError) as refused:
            act(session, reviews.by_reference(session, reference).id)
        return refused.value.code

    kept = frozenset({"identity_checked"})
    by = lucie.subject
    assert {
        attempt(lambda session, each: reviews.decide(session, each, accept=True, by=by, kept=kept)),
        attempt(lambda session, each: reviews.decide(session, each, accept=False, by=by, reason="Non")),
        attempt(lambda session, each: reviews.ask_more(session, each, by=by, question="Quoi ?")),
        attempt(lambda session, each: reviews.take(session, each, by=by)),
        attempt(lambda session, each: reviews.further(session, each, by=by, action="again")),
    } == {"review.roles_suspended"}


def test_a_strong_authenticator_owned_before_restores_them(portal: Portal) -> None:
    lucie = portal.person(roles=["support"])
    key = give_application(portal, lucie)
    portal.clock.advance(minutes=5)
    suspend(portal, lucie)
    browser = portal.browser()
    portal.sign_in(browser, lucie)
    assert roles(portal, lucie) == [], "a mailed code proves nothing that the recovery did not give"
    assert by_application(portal, browser, lucie, key).location.endswith("/compte")
    assert roles(portal, lucie) == ["support"]
    assert browser.get("/support").status_int == 200
    assert "Les rôles de votre compte sont rétablis" in [each.subject for each in portal.emails(lucie.email)]
    with portal.db.reading() as session:
        (event,) = audit_rows(session, action="role.restored", actor=lucie.subject)
    assert event.details["way"] == "authenticator"


def test_an_authenticator_added_afterwards_restores_nothing(portal: Portal) -> None:
    lucie = portal.person(roles=["support"])
    suspend(portal, lucie)
    key = give_application(portal, lucie)
    browser = portal.browser()
    assert by_application(portal, browser, lucie, key).location.endswith("/compte")
    assert roles(portal, lucie) == []


def test_a_second_recovery_does_not_make_the_thief_s_authenticator_an_old_one(portal: Portal) -> None:
    lucie = portal.person(roles=["support"])
    suspend(portal, lucie)
    key = give_application(portal, lucie)
    portal.clock.advance(days=1)
    suspend(portal, lucie)
    by_application(portal, portal.browser(), lucie, key)
    assert roles(portal, lucie) == []


def test_another_reviewer_restores_them_and_nobody_who_agreed_to_the_recovery(portal: Portal) -> None:
    lucie = portal.person(roles=["support"])
    first, one = portal.signed_in(roles=["support"])
    second, two = portal.signed_in(roles=["support"])
    reference = reference_on(lose_everything(portal, lucie.identifier))
    page = first.get(f"/support/acces-perdus/{reference}")
    assert "Vous ne pourrez pas ensuite rétablir ses rôles" in text(page)
    unticked = agree(portal, first, reference, checked=False)
    box = unticked.html.find("input", id="choix-identity_checked")
    assert box["aria-invalid"] == "true", "the missing tick is told beside its box"
    assert "Cochez" in unticked.html.find(id=box["aria-describedby"]).get_text()
    for reviewer in (first, second):
        agree(portal, reviewer, reference)
    send(portal.browser().get(mailed_path(portal, lucie.email)).follow(), VALUES)
    assert roles(portal, lucie) == []
    with portal.db.writing() as session:
        for by in (one, two):
            with pytest.raises(PortalError) as denied:
                portal.find(IRoleSuspensions).restore(session, lucie.subject, by=by.subject)
            assert denied.value.code == "role.not_restored"
    for reviewer in (first, second):
        page = reviewer.get(f"/support/comptes/{lucie.subject}")
        assert "une autre personne de l’équipe doit rétablir" in text(page)
        assert "Rétablir les rôles" not in text(page), "nobody is offered what is refused to them"
        token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
        forced = {"csrf_token": token, "identite_verifiee": "oui"}
        told = reviewer.post(f"{page.request.path}/retablir-roles", forced).follow()
        assert "une autre personne de l’équipe doit rétablir" in told.text
    assert roles(portal, lucie) == []
    third, _ = portal.signed_in(roles=["support"])
    page = press(third.get(f"/support/comptes/{lucie.subject}"), "Rétablir les rôles").follow()
    assert "Cochez que vous avez vérifié" in page.text
    assert "Les rôles du compte sont rétablis" in restored(third, lucie)
    assert roles(portal, lucie) == ["support"]
    assert "Les rôles de votre compte sont rétablis" in [each.subject for each in portal.emails(lucie.email)]
    with portal.db.reading() as session:
        assert len(audit_rows(session, action="role.restored")) == 1
        refused = audit_rows(session, action="role.restore_refused")
    assert [row.details["code"] for row in refused] == ["role.not_restored"] * 2


def test_nobody_restores_their_own_nor_as_a_suspended_reviewer(portal: Portal) -> None:
    lucie, marc = portal.person(roles=["support"]), portal.person(roles=["support"])
    suspend(portal, lucie)
    suspend(portal, marc)
    for by in (lucie, marc):
        with portal.db.writing() as session, pytest.raises(PortalError):
            portal.find(IRoleSuspensions).restore(session, lucie.subject, by=by.subject)
    assert roles(portal, lucie) == []


def test_mon_compte_says_that_roles_are_suspended_and_leads_to_them(portal: Portal) -> None:
    browser, lucie = portal.signed_in(roles=["support"])
    page = browser.get("/compte")
    assert "Vos rôles sont suspendus" not in text(page)
    assert "Mes rôles" in page.html.find("nav", class_="account-menu").get_text()
    suspend(portal, lucie)
    page = browser.get("/compte")
    assert "Vos rôles sont suspendus" in text(page)
    assert "Mes rôles" in text(page.click("Retrouver mes rôles"))
    other, _ = portal.signed_in()
    menu = other.get("/compte").html.find("nav", class_="account-menu").get_text()
    assert "Mes rôles" not in menu, "who holds no role has nothing to read there"


def test_who_owned_no_strong_authenticator_is_sent_to_a_colleague(portal: Portal) -> None:
    lucie = portal.person(roles=["support"])
    reference = reference_on(lose_everything(portal, lucie.identifier))
    with portal.db.reading() as session:
        request_id = portal.find(IReviews).by_reference(session, reference).id
    browser = portal.browser()
    portal.sign_in(browser, lucie)
    suspend(portal, lucie, request_id)
    page = text(browser.get("/compte/roles"))
    assert "Me connecter avec" not in page
    assert "Appelez un ou une collègue" in page and lucie.identifier in page and reference in page
    assert "invite une autre personne" in page, "even if nobody is left"


def test_who_owned_a_strong_authenticator_reads_which_one(portal: Portal) -> None:
    lucie = portal.person(roles=["support"])
    give_application(portal, lucie)
    portal.clock.advance(minutes=5)
    browser = portal.browser()
    portal.sign_in(browser, lucie)
    suspend(portal, lucie)
    with portal.db.reading() as session:
        (label,) = portal.find(IRoleSuspensions).owned_before(session, lucie.subject)
    page = text(browser.get("/compte/roles"))
    assert label in page and "Me connecter avec ce moyen" in page

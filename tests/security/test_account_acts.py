"""Acts by hand on an account that holds a role need a second reviewer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.devices import MODES
from webtest import TestApp, TestResponse

from esea_auth_plugin.accounts.acts.declared import acts_of
from esea_auth_plugin.accounts.mail_domains.resources import SupportMailDomainResource
from esea_auth_plugin.accounts.resources import SupportAccountResource
from esea_auth_plugin.authentication.credentials.suspension import SuspendedFactors
from esea_auth_plugin.directives import permissions_of
from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.interfaces import AccountState, IAccounts, IClosings, IGrants, IReviews
from esea_auth_plugin.portal_services.resources import RightsResource
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite")]


def active(portal: Portal, anne: Person) -> bool:
    with portal.db.reading() as session:
        return portal.find(IAccounts).by_subject(session, anne.subject).state is AccountState.ACTIVE


def suspended(portal: Portal, anne: Person) -> None:
    with portal.db.writing() as session:
        portal.find(IAccounts).set_state(session, anne.subject, AccountState.SUSPENDED, reason="doubt")


def barred(portal: Portal, anne: Person) -> None:
    with portal.db.writing() as session:
        until = portal.clock.now().replace(year=2027)
        portal.find(IAccounts).bar_mail_code(session, anne.subject, until)


def frozen(portal: Portal, anne: Person) -> None:
    with portal.db.writing() as session:
        portal.find(SuspendedFactors).suspend_factor(session, anne.subject, "password", reason="contested")


def closed(portal: Portal, anne: Person) -> None:
    with portal.db.writing() as session:
        account = portal.find(IAccounts).by_subject(session, anne.subject)
        assert portal.find(IClosings).close(session, account, address="")


def given(portal: Portal, anne: Person) -> None:
    with portal.db.writing() as session:
        portal.find(IGrants).give(session, anne.subject, "ror", request_id=None, given_by="cli")


def nothing(portal: Portal, anne: Person) -> None:
    """The act needs no state of its own."""


def is_barred(portal: Portal, anne: Person) -> bool:
    with portal.db.reading() as session:
        return portal.find(IAccounts).by_subject(session, anne.subject).mail_code_barred_until is None


def is_lifted(portal: Portal, anne: Person) -> bool:
    with portal.db.reading() as session:
        return not portal.find(SuspendedFactors).of(session, anne.subject)


def is_suspended(portal: Portal, anne: Person) -> bool:
    return not active(portal, anne)


def has_the_right(portal: Portal, anne: Person) -> bool:
    with portal.db.reading() as session:
        return "ror" in portal.find(IGrants).services_of(session, anne.subject)


def has_no_right(portal: Portal, anne: Person) -> bool:
    return not has_the_right(portal, anne)


def believed(portal: Portal, anne: Person) -> bool:
    with portal.db.reading() as session:
        return portal.find(IAccounts).by_subject(session, anne.subject).email_doubted_at is None


def doubted(portal: Portal, anne: Person) -> bool:
    return not believed(portal, anne)


def rejected(portal: Portal, anne: Person) -> None:
    from esea_auth_plugin.interfaces import IMailboxes

    with portal.db.writing() as session:
        portal.find(IMailboxes).unverify(session, anne.email.rpartition("@")[2], reason="support")


CHECKED = {"identite_verifiee": "oui"}
Act = tuple[str, str, dict[str, str], Callable[[Portal, Person], None], Callable[[Portal, Person], bool]]
#: Every act by hand: its address, what is sent, the state that it needs, and how it shows that it was done.
ACTS: dict[str, Act] = {
    "suspend": ("comptes/{subject}", "suspendre", {"reason": "Départ annoncé"}, nothing, is_suspended),
    "reactivate": ("comptes/{subject}", "reactiver", {}, suspended, active),
    "restore_mail_codes": ("comptes/{subject}", "codes", CHECKED, barred, is_barred),
    "lift_factors": ("comptes/{subject}", "debloquer", CHECKED, frozen, is_lifted),
    "reopen": ("comptes/{subject}", "rouvrir", CHECKED, closed, active),
    "give_right": ("comptes/{subject}/droits", "donner", {"service": "ror", "motif": "Remplacement"}, nothing,
                   has_the_right),
    "withdraw_right": ("comptes/{subject}/droits", "retirer", {"droit": "ror", "raison": "Départ annoncé"}, given,
                       has_no_right),
    "vouch_domain": ("domaines/petit.fr", "reconnaitre", {"verifie": "oui"}, rejected, believed),
    "disown_domain": ("domaines/petit.fr", "ne-plus-croire", {"verifie": "oui"}, nothing, doubted),
}  # fmt: skip
#: POST views of these places that are no act of the table: the role's own second reviewer is their rule.
OTHERWISE = {"retablir-roles"}


def test_every_act_by_hand_is_in_the_table(portal: Portal) -> None:
    assert set(acts_of(portal.registry)) == set(ACTS)
    views = [item["introspectable"] for item in portal.registry.introspector.get_category("views")]
    places = (SupportAccountResource, RightsResource, SupportMailDomainResource)
    posts = {
        view["name"]
        for view in views
        if view["context"] in places and "POST" in (view["request_methods"] or ()) and view["name"]
    }
    assert posts == {name for _, name, *_ in ACTS.values()} | OTHERWISE
    assert "esea.support.accounts.act" in permissions_of(portal.registry)


def do(portal: Portal, reviewer: TestApp, anne: Person, act: Act) -> TestResponse:
    path = f"/support/{act[0].format(subject=anne.subject)}"
    opened = path if not path.startswith("/support/domaines") else "/support/domaines"
    page = reviewer.get(opened)
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    return reviewer.post(f"{path}/{act[1]}", {"csrf_token": token, "__formid__": act[1], **act[2]}).follow()


@pytest.mark.parametrize("name", ACTS)
def test_one_reviewer_alone_does_nothing_to_an_account_that_holds_a_role(portal: Portal, name: str) -> None:
    act = ACTS[name]
    anne = portal.person(roles=["support"], email="anne@petit.fr")
    act[3](portal, anne)
    portal.clock.advance(minutes=1)
    first, lucie = portal.signed_in(roles=["support"], first_name="Lucie", last_name="Un")
    page = do(portal, first, anne, act)
    assert "une autre personne de l’équipe doit confirmer cette action" in page.text, text(page)
    assert not act[4](portal, anne), "nothing is done until then"
    with portal.db.reading() as session:
        (review,) = portal.find(IReviews).of_author(session, lucie.subject)
    path = f"/support/actions/{review.reference}"
    mine = first.get(path)
    assert "Vous avez proposé cette action : une autre personne doit la confirmer" in text(mine)
    token = mine.html.find("input", attrs={"name": "csrf_token"})["value"]
    assert first.post(f"{path}/accepter", {"csrf_token": token}, expect_errors=True).status_int == 409
    assert not act[4](portal, anne)

    second, _ = portal.signed_in(roles=["support"], first_name="Marc", last_name="Deux")
    page = second.get(path)
    assert acts_of(portal.registry)[name].title in text(page) and "Donner mon accord (2 sur 2)" in text(page)
    press(page, f"Confirmer {acts_of(portal.registry)[name].noun}")
    assert act[4](portal, anne)


def proposed(portal: Portal, name: str) -> tuple[Person, Person, str]:
    """Let a first reviewer propose an act; return whom it concerns, the proposer, and the request's page."""
    act = ACTS[name]
    anne = portal.person(roles=["support"], email="anne@petit.fr")
    act[3](portal, anne)
    first, lucie = portal.signed_in(roles=["support"], first_name="Lucie", last_name="Un")
    do(portal, first, anne, act)
    with portal.db.reading() as session:
        (review,) = portal.find(IReviews).of_author(session, lucie.subject)
    return anne, lucie, f"/support/actions/{review.reference}"


def test_who_confirms_a_suspension_reads_what_was_done_and_who_is_told(portal: Portal) -> None:
    anne, lucie, path = proposed(portal, "suspend")
    second, _ = portal.signed_in(roles=["support"], first_name="Marc", last_name="Deux")
    page = text(press(second.get(path), "Confirmer la suspension").follow())
    assert "Le compte est suspendu ; ses sessions sont fermées et ses droits d’accès n’ouvrent plus rien." in page
    assert page.count("La personne est prévenue par courriel.") == 1
    assert "n’est pas prévenue" not in page
    assert portal.emails(anne.email)[-1].subject == "Votre compte est suspendu"
    told = portal.emails(lucie.email)[-1]
    assert told.subject.startswith("Action confirmée") and "Suspendre le compte" in told.text


def test_a_proposal_reads_as_one_on_the_account_s_page(portal: Portal) -> None:
    anne = portal.person(roles=["support"])
    browser, lucie = portal.signed_in(roles=["support"], first_name="Lucie", last_name="Un")
    page = browser.get(f"/support/comptes/{anne.subject}")
    assert "une autre personne de l’équipe confirme chaque action" in text(page)
    page = page.click("Proposer la suspension")
    page = send(page, {"Motif de la suspension": "Départ annoncé"}, "Proposer la suspension").follow()
    assert page.html.find(class_="notice-success") is None, "nothing is done yet"
    with portal.db.reading() as session:
        (review,) = portal.find(IReviews).of_author(session, lucie.subject)
    assert "Proposée le" in text(page) and f"par {lucie.display_name} ( {review.reference} )" in text(page)
    assert "Proposer la suspension" not in text(page)
    plain = text(browser.get(f"/support/comptes/{portal.person().subject}"))
    assert "Suspendre le compte" in plain and "confirme chaque action" not in plain


def test_who_refuses_an_act_reads_that_its_proposer_is_told(portal: Portal) -> None:
    anne, lucie, path = proposed(portal, "suspend")
    second, _ = portal.signed_in(roles=["support"], first_name="Marc", last_name="Deux")
    page = send(second.get(path), {"Motif ou précisions": "Elle travaille demain."}, "Refuser la demande").follow()
    assert "La personne qui avait proposé cette action est prévenue par courriel, avec le motif." in text(page)
    told = portal.emails(lucie.email)[-1]
    assert told.subject.startswith("Action non confirmée") and "Elle travaille demain." in told.text
    assert active(portal, anne)


def test_an_act_that_mails_the_person_does_not_deny_it(portal: Portal) -> None:
    anne, _, path = proposed(portal, "give_right")
    second, _ = portal.signed_in(roles=["support"], first_name="Marc", last_name="Deux")
    page = text(press(second.get(path), "Confirmer l’ouverture du droit").follow())
    assert "Un courriel l'en prévient." in page and "n’est pas prévenue" not in page
    assert portal.emails(anne.email)


@pytest.mark.parametrize("name", [name for name in ACTS if not name.endswith("_domain")])
def test_an_account_without_a_role_is_acted_on_at_once_unless_it_may_be_one_s_own(portal: Portal, name: str) -> None:
    act = ACTS[name]
    anne = portal.person(first_name="Lucie", last_name="Double")
    act[3](portal, anne)
    own, _ = portal.signed_in(roles=["support"], first_name="Lucie", last_name="DOUBLE")
    path = f"/support/{act[0].format(subject=anne.subject)}"
    token = own.get(path).html.find("input", attrs={"name": "csrf_token"})["value"]
    answer = own.post(f"{path}/{act[1]}", {"csrf_token": token, **act[2]}, expect_errors=True).maybe_follow()
    assert "Cette demande pourrait être la vôtre (même nom)" in answer.text
    assert not act[4](portal, anne)
    with portal.db.reading() as session:
        assert [row.details["code"] for row in audit_rows(session, action="account.act_refused")] == [
            "review.conflict_of_interest"
        ]
    other, _ = portal.signed_in(roles=["support"], first_name="Marc", last_name="Autre")
    do(portal, other, anne, act)
    assert act[4](portal, anne)


def test_nobody_confirms_an_act_on_their_own_mail_domain(portal: Portal) -> None:
    """The page refuses the first reviewer; the second one must not get round it."""
    act = ACTS["disown_domain"]
    anne = portal.person(roles=["support"], email="anne@petit.fr")
    first, lucie = portal.signed_in(roles=["support"], first_name="Lucie", last_name="Un")
    do(portal, first, anne, act)
    with portal.db.reading() as session:
        (review,) = portal.find(IReviews).of_author(session, lucie.subject)
    own, _ = portal.signed_in(roles=["support"], last_name="Deux", email="marc@petit.fr")
    page = own.get(f"/support/actions/{review.reference}")
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    answer = own.post(f"{page.request.path}/accepter", {"csrf_token": token, "version": "0"}, expect_errors=True)
    assert "sur votre propre compte" in text(answer)
    assert believed(portal, anne)

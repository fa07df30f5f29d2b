"""A reviewer's own duplicate, and requests about an account that holds a role: both need somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.devices import MODES
from tests.recovery import lose_everything, lose_mailbox
from webtest import TestApp, TestResponse

from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.interfaces import IGrants, IReviews, ISealer, ReviewState
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import reference_on

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite")]
both = pytest.mark.databases("sqlite", "postgresql")

ADHESION = {
    "Motif de l'inscription": "Besoin des lits du 33",
    "Conditions d'Utilisation": "J'accepte les Conditions d'Utilisation",
}
PUBLIC, HOSPITAL = "92.184.100.7", "10.1.2.3"


def asked(portal: Portal, browser: TestApp | None = None, **person: Any) -> tuple[str, Person]:
    """Let somebody ask for a right; return the request's page at the desk, and who asked."""
    anne = portal.person(**person)
    browser = browser or portal.browser()
    portal.sign_in(browser, anne)
    send(browser.get("/services/ror/adhesion"), ADHESION)
    with portal.db.reading() as session:
        review = portal.find(IReviews).of_author(session, anne.subject)[0]
    return f"/support/adhesions/{review.reference}", anne


def refused(portal: Portal, reviewer: TestApp, path: str, words: str) -> None:
    """The page says it before the decision; every decision is refused on the server, and recorded."""
    page = reviewer.get(path)
    assert "Cette demande pourrait être la vôtre" in text(page) and words in text(page), text(page)
    assert "Accepter la demande" not in text(page) and "Refuser la demande" not in text(page)
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    for act in ("accepter", "refuser", "completer", "prendre", "agir"):
        forced = {"csrf_token": token, "motif": "Non", "question": "Quoi ?", "action": "not_duplicate"}
        answer = reviewer.post(f"{path}/{act}", forced, expect_errors=True)
        assert answer.status_int == 409 and words in text(answer), act
    with portal.db.reading() as session:
        rows = audit_rows(session, action="review.act_refused")
        assert [row.details["code"] for row in rows] == ["review.conflict_of_interest"] * 5
        review = portal.find(IReviews).by_reference(session, path.rpartition("/")[2])
        assert review.state is ReviewState.OPEN


def decided_by_another(portal: Portal, path: str) -> None:
    other, _ = portal.signed_in(roles=["support"], first_name="Zoé", last_name="Quelconque")
    assert "acceptée" in text(press(other.get(path), "Accepter la demande").follow())


@pytest.mark.parametrize(
    ("theirs", "own", "words"),
    [
        ({"first_name": "Hélène", "last_name": "Lœb-Roy"}, {"first_name": "HELENE", "last_name": "LOEB ROY"}, "nom"),
        ({"first_name": "Martin", "last_name": "Paul"}, {"first_name": "Paul", "last_name": "Martin"}, "nom"),
        ({"first_name": "Anne, Marie", "last_name": "Roy"}, {"first_name": "Anne", "last_name": "Roy"}, "nom"),
        ({"birthday": "03-14"}, {"birthday": "03-14"}, "naissance"),
        ({"rpps": "10003456785"}, {"rpps": "10003456785"}, "RPPS"),
        ({"adeli": "751234567"}, {"adeli": "751234567"}, "ADELI"),
        ({"email": "lucie+2@chu.example.fr"}, {"email": "Lucie@chu.example.fr"}, "adresse électronique"),
    ],
)  # fmt: skip
def test_an_access_request_of_one_s_own_second_account(
    portal: Portal, theirs: dict[str, str], own: dict[str, str], words: str
) -> None:
    path, _ = asked(portal, **theirs)
    reviewer, _ = portal.signed_in(roles=["support"], **own)
    refused(portal, reviewer, path, words)
    decided_by_another(portal, path)


@both
def test_a_request_from_the_reviewer_s_own_browser(portal: Portal) -> None:
    reviewer, _ = portal.signed_in(roles=["support"])
    path, _ = asked(portal, reviewer)
    again = portal.browser()
    _, lucie = portal.signed_in(roles=["support"])
    portal.sign_in(reviewer, lucie)  # an unrelated reviewer, at the same shared workstation
    assert "même navigateur" in text(reviewer.get(path))
    portal.sign_in(again, portal.person(roles=["support"]))
    assert "même navigateur" not in text(again.get(path)), "somebody else decides"


@both
def test_a_sign_up_sent_from_the_reviewer_s_own_browser(portal: Portal) -> None:
    """Signed out, with the cookie of a known browser: another name, another address, the same person."""
    reviewer, lucie = portal.signed_in(roles=["support"])
    press(reviewer.get("/compte"), "Me déconnecter")
    page = wizard.sign_up(reviewer)
    reference = reference_on(page)
    portal.sign_in(reviewer, lucie)
    refused(portal, reviewer, f"/support/inscriptions/{reference}", "même navigateur")


@pytest.mark.parametrize(("address", "common"), [(PUBLIC, True), (HOSPITAL, False)])
def test_the_network_address_counts_unless_many_people_share_it(portal: Portal, address: str, common: bool) -> None:
    reviewer, lucie = portal.browser(address), portal.person(roles=["support"])
    portal.sign_in(reviewer, lucie)
    path, _ = asked(portal, portal.browser(address))
    assert ("même adresse réseau" in text(reviewer.get(path))) is common
    portal.clock.advance(days=31)
    portal.sign_in(reviewer := portal.browser("92.184.100.8"), lucie)
    assert "même adresse réseau" not in text(reviewer.get(path)), "a month later it may be anybody's"


@both
def test_an_anonymous_request_from_the_reviewer_s_address(portal: Portal) -> None:
    target = portal.person()
    reviewer, lucie = portal.browser(PUBLIC), portal.person(roles=["support"])
    portal.sign_in(reviewer, lucie)
    page = portal.browser(PUBLIC).get("/connexion/oubli/tout")
    values = {
        "Identifiant ou email": target.identifier, "Nom": "Pierre", "Prénom": "Anne",
        "Que s’est-il passé ?": "Téléphone et carte volés dans le tramway.",
    }  # fmt: skip
    reference = reference_on(send(page, values))
    refused(portal, reviewer, f"/support/acces-perdus/{reference}", "même adresse réseau")


def test_neither_addresses_nor_browsers_lie_in_clear_and_origins_go_with_the_decision(portal: Portal) -> None:
    from sqlalchemy import select

    from esea_auth_plugin.support.conflicts.models import RecentAddressRow, RequestOriginRow

    path, _ = asked(portal, portal.browser(PUBLIC))
    with portal.db.reading() as session:
        (row,) = session.scalars(select(RequestOriginRow)).all()
        stored = " ".join([row.address, *session.scalars(select(RecentAddressRow.address))])
    assert stored.strip() and PUBLIC not in stored
    assert row.address in portal.find(ISealer).digests(PUBLIC, purpose="conflicts.address")
    decided_by_another(portal, path)
    with portal.db.reading() as session:
        assert session.scalars(select(RequestOriginRow)).all() == []


@pytest.mark.parametrize("lose", [lose_mailbox, lose_everything])
def test_who_is_said_to_have_lost_something_is_the_reviewer(
    portal: Portal, lose: Callable[[Portal, str], TestResponse]
) -> None:
    """« Anne Pierre » lost the mailbox of somebody else's account, and « Anne Pierre » reviews it."""
    target = portal.person()
    reviewer, _ = portal.signed_in(roles=["support"], first_name="Anne", last_name="Pierre")
    queue = "boites-mail" if lose is lose_mailbox else "acces-perdus"
    refused(portal, reviewer, f"/support/{queue}/{reference_on(lose(portal, target.identifier))}", "même nom")


def test_a_lost_mailbox_s_new_address_is_the_reviewer_s(portal: Portal) -> None:
    target = portal.person()
    reviewer, lucie = portal.signed_in(roles=["support"], first_name="Lucie", last_name="Autre")
    page = lose_mailbox(portal, target.identifier, lucie.email)
    refused(portal, reviewer, f"/support/boites-mail/{reference_on(page)}", "même adresse électronique")


@both
def test_every_request_about_somebody_with_a_role_needs_two(portal: Portal) -> None:
    """Rights that they ask for: the queue is a way of giving them."""
    path, anne = asked(portal, roles=["oru"])
    first, _ = portal.signed_in(roles=["support"])
    page = first.get(path)
    assert "Donner mon accord (1 sur 2)" in text(page)
    again = text(press(page, "Donner mon accord").follow())
    assert "Votre accord est donné. Il manque celui d’une autre personne de l’équipe." in again
    assert "1 accord sur 2" in again and "Donner mon accord" not in again
    with portal.db.reading() as session:
        assert "ror" not in portal.find(IGrants).services_of(session, anne.subject)
    second, _ = portal.signed_in(roles=["support"])
    press(second.get(path), "Donner mon accord")
    with portal.db.reading() as session:
        assert "ror" in portal.find(IGrants).services_of(session, anne.subject)


@pytest.mark.settings(**{"reviews.compare_devices": "false"})
def test_a_demo_may_leave_browsers_out_and_nothing_else(portal: Portal) -> None:
    reviewer, _ = portal.signed_in(roles=["support"], birthday="03-14")
    path, _ = asked(portal, reviewer, birthday="03-15")
    other, lucie = portal.signed_in(roles=["support"], birthday="03-15")
    portal.sign_in(reviewer, lucie)
    assert "même navigateur" not in text(reviewer.get(path))
    assert "naissance" in text(other.get(path))

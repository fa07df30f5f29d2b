"""Two agreements are two people who may agree at the moment of the decision, not two rows of a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.devices import MODES, give_application
from tests.recovery import agree, lose_everything

from esea_auth_plugin.events import SignedInFromNewNetwork
from esea_auth_plugin.interfaces import AccountState, IAccounts, IRoles
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in, reference_on

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite")]


def loses_the_role(portal: Portal, reviewer: Person) -> None:
    with portal.db.writing() as session:
        portal.find(IRoles).withdraw(session, reviewer.subject, "support")


def keeps_the_role_for_one_service_only(portal: Portal, reviewer: Person) -> None:
    with portal.db.writing() as session:
        portal.find(IRoles).withdraw(session, reviewer.subject, "support")
        portal.find(IRoles).give(session, reviewer.subject, "support", scope="service:ror", given_by="test")


def is_suspended(portal: Portal, reviewer: Person) -> None:
    with portal.db.writing() as session:
        portal.find(IAccounts).set_state(session, reviewer.subject, AccountState.SUSPENDED, reason="doubt")


def says_it_was_not_them(portal: Portal, reviewer: Person) -> None:
    with portal.db.writing() as session:
        portal.registry.notify(SignedInFromNewNetwork(session, reviewer.subject, "Firefox", "203.0.113.9"))
    emails = [each for each in portal.emails(reviewer.email) if "/signalement/" in each.text]
    press(portal.browser().get(path_in(emails[-1], "/signalement/")).follow(), "Ce n’était pas moi : tout arrêter")


@pytest.mark.parametrize(
    "ends", [loses_the_role, keeps_the_role_for_one_service_only, is_suspended, says_it_was_not_them]
)
def test_who_may_not_agree_any_more_has_not_agreed(portal: Portal, ends: Callable[[Portal, Person], None]) -> None:
    """A reviewer's account was stolen, agreed, and was suspended: one careless colleague must not be enough then."""
    anne = portal.person()
    give_application(portal, anne)
    reference = reference_on(lose_everything(portal, anne.identifier))
    first, stolen = portal.signed_in(roles=["support"])
    agree(portal, first, reference)
    ends(portal, stolen)
    second, _ = portal.signed_in(roles=["support"])
    page = agree(portal, second, reference).follow()
    assert "Une autre personne de l'équipe doit donner le sien" in text(page)
    assert all("retrouver" not in letter.text for letter in portal.emails(anne.email)), "no link was mailed"
    third, _ = portal.signed_in(roles=["support"])
    assert "acceptée" in text(agree(portal, third, reference).follow())

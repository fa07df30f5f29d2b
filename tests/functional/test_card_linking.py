"""A card comes to an account: on « Mes dispositifs », or after it was shown by somebody whom no account knows yet."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from tests.cards import Cards, ask, back, link, read, with_card
from tests.devices import give_application
from webtest import TestApp

from esea_auth_plugin.accounts.models import Account, IdentityAttribute
from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.interfaces import ExternalIdentity, IExternalIdentities, ILinking, LinkVerdict
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Portal


def linked(portal: Portal, subject: str) -> list[str]:
    with portal.db.reading() as session:
        return [one.subject for one in portal.find(IExternalIdentities).of_account(session, subject, kind="card")]


def happened(portal: Portal, action: str) -> int:
    with portal.db.reading() as session:
        return len(session.scalars(select(AuditEvent.id).where(AuditEvent.action == action)).all())


def add(browser: TestApp) -> str:
    """Ask for one's card to be added; return the address at the card host."""
    return str(press(browser.get("/compte/dispositifs/ajouter/cps"), "Continuer").location)


def checked(portal: Portal, subject: str, rpps: str, origin: str = "register") -> None:
    """A register named the person by this number, or a reviewer marked it as proven."""
    with portal.db.writing() as session:
        row = session.scalars(
            select(IdentityAttribute)
            .join(Account, Account.id == IdentityAttribute.account_id)
            .where(Account.subject == subject, IdentityAttribute.name == "rpps")
        ).one()
        assert row.value == rpps
        row.origin = origin


def test_a_card_whose_number_was_checked_is_linked_at_once_and_opens(card_portal: Portal, cards: Cards) -> None:
    browser, paul = card_portal.signed_in(first_name="Paul", last_name="Castets", rpps="99900000011")
    checked(card_portal, paul.subject, "99900000011")
    back(browser, read(card_portal, add(browser), cards["medecin"]))
    assert linked(card_portal, paul.subject) == ["899900000011"]
    # The answer is one click, everything is kept: nothing is asked at the next sign-in.
    press(browser.get("/compte/premiere-liaison"), "Tout est à moi : tout garder")
    assert with_card(card_portal, card_portal.browser(), cards["medecin"]).location.endswith("/compte")


def test_a_number_that_a_reviewer_marked_links_no_card_silently(card_portal: Portal, cards: Cards) -> None:
    """The same attack as by Pro Santé Connect: the owner's card neither opens the prepared account nor is linked to it
    by whoever has its password and its mailbox."""
    browser, impostor = card_portal.signed_in(first_name="Paul", last_name="Castets", rpps="99900000011")
    checked(card_portal, impostor.subject, "99900000011", origin="support")
    owner = card_portal.browser()
    assert with_card(card_portal, owner, cards["medecin"]).location.endswith("/connexion/identite")
    assert linked(card_portal, impostor.subject) == []
    shown = back(browser, read(card_portal, add(browser), cards["medecin"])).maybe_follow()
    assert "le support doit vérifier" in text(shown)
    assert linked(card_portal, impostor.subject) == []


def test_a_card_of_another_number_or_name_is_refused_and_leaves_a_row(card_portal: Portal, cards: Cards) -> None:
    browser, paul = card_portal.signed_in(first_name="Paul", last_name="Castets", rpps="99900000011")
    checked(card_portal, paul.subject, "99900000011")
    back(browser, read(card_portal, add(browser), cards["medecin-nouveau"]))
    assert linked(card_portal, paul.subject) == []
    assert happened(card_portal, "identity.linked") == 0
    assert happened(card_portal, "identity.link_refused") == 1


def test_a_card_whose_number_was_only_declared_waits_for_the_support(card_portal: Portal, cards: Cards) -> None:
    browser, paul = card_portal.signed_in(first_name="Paul", last_name="Castets", rpps="99900000011")
    asked = add(browser)
    shown = back(browser, read(card_portal, asked, cards["medecin"])).maybe_follow()
    assert linked(card_portal, paul.subject) == []
    assert "le support doit vérifier qu’il s’agit bien de vous" in text(shown)
    claire, _ = card_portal.signed_in(roles=["support"])
    assert "899900000011" not in text(claire.get("/support/liaisons"))
    assert happened(card_portal, "identity.linked") == 0


@pytest.mark.settings(**{"esea_auth.modes": "password mail_code totp"})
def test_a_declared_number_is_enough_only_for_who_claimed_it_with_more_than_a_mailbox(portal: Portal) -> None:
    """« C'est mon compte » after Pro Santé Connect; a card that is added always goes to the support."""
    identity = ExternalIdentity(
        issuer="https://autorite.example.org",
        subject="899900000011",
        attributes={"last_name": "CASTETS", "first_name": "PAUL", "rpps": "99900000011"},
        kind="card",
        origin="card",
    )
    paul = portal.person(first_name="Paul", last_name="Castets", rpps="99900000011")
    linking = portal.find(ILinking)

    def verdict(*, claimed: bool) -> LinkVerdict:
        with portal.db.writing() as session:
            found = linking.carry_out(session, paul.subject, identity, mode="cps_card", claimed=claimed)
            assert isinstance(found, LinkVerdict)
            session.rollback()
        return found

    assert verdict(claimed=True) is LinkVerdict.REVIEW
    give_application(portal, paul)
    assert verdict(claimed=False) is LinkVerdict.REVIEW
    assert verdict(claimed=True) is LinkVerdict.AT_ONCE
    # A number that a reviewer marked needs no claim, and just as much proof of the account.
    checked(portal, paul.subject, "99900000011", origin="support")
    assert verdict(claimed=False) is LinkVerdict.AT_ONCE


def test_a_second_card_of_the_same_number_is_linked_at_once(card_portal: Portal, cards: Cards) -> None:
    """The first card proved the number; here the person signs in with it, and adds nothing by mail."""
    person = card_portal.person(first_name="Jean", last_name="Lestage")
    link(card_portal, person.subject, cards["cpe"])
    browser = card_portal.browser()
    assert with_card(card_portal, browser, cards["cpe"]).location.endswith("/compte")
    page = browser.get("/compte/dispositifs")
    assert "Carte CPE" in text(page)
    assert "n° …0005" in text(page)


def test_somebody_unknown_with_a_card_is_offered_to_link_or_to_sign_up(card_portal: Portal, cards: Cards) -> None:
    browser = card_portal.browser()
    page = with_card(card_portal, browser, cards["medecin-nouveau"]).follow()
    assert urlsplit(page.request.url).path == "/connexion/identite"
    said = text(page)
    assert "EXEMPLE" in said
    assert "compte" in said


def test_a_card_linked_elsewhere_is_said_politely_and_links_nothing(card_portal: Portal, cards: Cards) -> None:
    owner = card_portal.person(first_name="Paul", last_name="Castets")
    link(card_portal, owner.subject, cards["medecin"])
    browser, other = card_portal.signed_in(first_name="Paul", last_name="Castets", rpps="99900000011")
    asked = add(browser)
    back(browser, read(card_portal, asked, cards["medecin"])).maybe_follow()
    assert linked(card_portal, other.subject) == []
    assert linked(card_portal, owner.subject) == ["899900000011"]


def test_a_ticket_of_an_addition_signs_nobody_in(card_portal: Portal, cards: Cards) -> None:
    browser, _ = card_portal.signed_in(first_name="Paul", last_name="Castets")
    asked = add(browser)
    shown = read(card_portal, asked, cards["medecin"])
    third_party = card_portal.browser()
    ask(third_party)
    assert "n'est plus valable" in text(back(third_party, shown))
    assert happened(card_portal, "identity.linked") == 0

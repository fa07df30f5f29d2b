"""What step 3 proposes tells nothing of who has an account: the same for a free name and for one that five bear."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from webtest import TestApp

from esea_auth_plugin.accounts import identifiers
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.foundation.security.keyring import Key, Keyring
from esea_auth_plugin.foundation.security.sealing import Sealer
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import fill, send, text
from esea_auth_plugin.testing.portal import PASSWORD, Portal

pytestmark = pytest.mark.databases("sqlite", "postgresql")

#: The 99.9 % quantile of chi-square with 89 degrees of freedom: 90 classes of ten numbers.
MAX_CHI_SQUARE = 135.98
DRAFTS = 1_800


def proposal(portal: Portal, first_name: str, last_name: str) -> str:
    """Return what step 3 proposes in a new browser."""
    page = wizard.to_step_3(portal.browser(), Prénom=first_name, Nom=last_name)
    shown: str = page.html.find("dd").text
    assert page.forms["champ"]["identifier"].value == shown
    return shown


def bear(portal: Portal, name: str, count: int) -> None:
    """Give ``count`` accounts the identifiers that the first ones of a name used to be proposed."""
    for number in range(count):
        portal.person(identifier=f"{name}{number + 1 if number else ''}")


@pytest.mark.parametrize("bearers", [0, 1, 5])
def test_the_page_proposes_the_same_form_however_many_bear_the_name(portal: Portal, bearers: int) -> None:
    bear(portal, "zoe.exemple", bearers)
    assert re.fullmatch(r"zoe\.exemple[1-9]\d{2}", proposal(portal, "Zoé", "Exemple"))


def test_accounts_that_come_or_go_change_no_proposal(portal: Portal) -> None:
    """The same draft before and after: with the name free, borne by one and by five, and itself taken."""
    browser = portal.browser()
    page = wizard.to_step_3(browser, Prénom="Zoé", Nom="Exemple")
    proposed = page.html.find("dd").text
    for identifiers_taken in (["zoe.exemple"], [f"zoe.exemple{n}" for n in range(2, 6)], [proposed]):
        for identifier in identifiers_taken:
            portal.person(identifier=identifier)
        assert browser.get("/inscription/identifiant").html.find("dd").text == proposed


def test_showing_step_3_looks_nothing_up_about_the_name(portal: Portal, queries: Any) -> None:
    bear(portal, "zoe.exemple", 5)
    seen = []
    for first_name in ("Zoé", "Inconnue"):
        browser = portal.browser()
        wizard.to_step_3(browser, Prénom=first_name, Nom="Exemple")
        with queries() as statements:
            browser.get("/inscription/identifiant")
        assert "identifier_reservation" not in str(statements)
        seen.append(len(statements))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("bearers", [0, 1, 5])
def test_proposals_are_spread_alike_however_many_bear_the_name(portal: Portal, bearers: int) -> None:
    """Chi-square of the digits that many drafts are proposed against the uniform law: no trace of those taken."""
    bear(portal, "zoe.exemple", bearers)
    sealer = Sealer(Keyring([Key("k", b"k" * 32)]))  # one key, so that the sample is the same at each run
    with portal.db.writing() as session:  # and of accounts whose identifier was proposed itself
        for number in range(bearers):
            taken = f"zoe.exemple{100 + number}"
            identifiers.reserve(session, taken, kind="account", holder=new_id(), now=portal.clock.now())
    numbers = [
        int(identifiers.propose(sealer, "Zoé", "Exemple", holder=f"draft-{n}").removeprefix("zoe.exemple"))
        for n in range(DRAFTS)
    ]
    classes = Counter((number - 100) // 10 for number in numbers)
    expected = DRAFTS / 90
    chi_square = sum((classes[each] - expected) ** 2 / expected for each in range(90))
    assert chi_square < MAX_CHI_SQUARE
    assert min(numbers) >= 100 and max(numbers) <= 999


@pytest.mark.databases("sqlite")
def test_one_draft_cannot_ask_for_three_hundred_names(portal: Portal) -> None:
    """Steps 2 and 3 in turn with another name each (the attack made 300 in 20 s): twenty an hour."""
    browser = portal.browser()
    wizard.to_step_3(browser)
    shown = sum(asked(browser, number) for number in range(25))
    assert shown <= 20, "another name for a draft is counted like the choice of an identifier"
    page = browser.get("/inscription/donnees")
    answer = fill(page, wizard.personal(Nom="Dernier")).submit(status=429)
    assert "Trop d'essais" in text(answer) and int(answer.headers["Retry-After"]) > 0
    assert answer.html.find("input", {"name": "last_name"})["value"] == "Dernier", "what was typed is kept"


def asked(browser: TestApp, number: int) -> bool:
    """Give the draft another name; tell whether step 3 was reached with it."""
    emails = "abcdefghijklmnopqrst"
    name = f"Exemple{emails[number // 20]}{emails[number % 20]}"
    answer = fill(browser.get("/inscription/donnees"), wizard.personal(Nom=name)).submit(status="*")
    return answer.status_int == 303 and name.lower() in answer.follow().text


@pytest.mark.databases("sqlite")
def test_the_same_name_again_costs_nothing(portal: Portal) -> None:
    browser = portal.browser()
    wizard.to_step_3(browser)
    for _ in range(25):
        assert send(browser.get("/inscription/donnees"), wizard.personal()).status_int == 303


def test_names_and_choices_share_one_limit(portal: Portal) -> None:
    browser = portal.browser()
    wizard.to_step_3(browser)
    assert sum(asked(browser, number) for number in range(12)) == 12
    form = browser.get("/inscription/identifiant").forms["champ"]
    form["identifier"], form["password"], form["password_again"] = "support", PASSWORD, PASSWORD
    statuses = [form.submit(expect_errors=True).status_int for _ in range(9)]
    assert statuses == [200] * 8 + [429]


@pytest.mark.databases("sqlite")
def test_new_drafts_do_not_begin_a_new_count_for_an_address(portal: Portal) -> None:
    """Each draft is counted too: sixty an hour, whatever names they are given."""
    statuses = []
    for _ in range(62):
        page = portal.browser("198.51.100.7").get("/inscription")
        form = next(form for form in page.forms.values() if "carte" in form.fields)
        statuses.append(form.submit("carte", value="non", status="*").status_int)
    assert statuses == [303] * 60 + [429] * 2


def test_an_invitation_is_no_way_to_list_identifiers(portal: Portal) -> None:
    from esea_auth_plugin.interfaces import IInvitations

    with portal.db.writing() as session:
        portal.find(IInvitations).invite(session, "claire@chu.example.fr", "support", by="cli")
    link = wizard.path_in(portal.emails("claire@chu.example.fr")[-1], "/inscription/invitation/")
    form = portal.browser().get(link).follow().forms["champ"]
    statuses = [form.submit(expect_errors=True).status_int for _ in range(21)]
    assert statuses == [200] * 20 + [429]

"""How strong those must come in who have a role, and how many means a portal encourages or demands."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.devices import add_on_devices_page, by_application, give_application, give_codes
from webtest import TestApp

from esea_auth_plugin.auth_modes.passkey.models import PasskeyRow
from esea_auth_plugin.commands import doctor
from esea_auth_plugin.interfaces import IRoleSuspensions, ISecondFactors
from esea_auth_plugin.testing.pages import press, text
from esea_auth_plugin.testing.portal import Person, Portal

MODES = "password mail_code totp recovery_codes passkey"
pytestmark = pytest.mark.settings(**{"esea_auth.modes": MODES})
DESKS = ("/support", "/support/adhesions", "/support/comptes", "/espace-pro/gestion")


def give_passkey(portal: Portal, person: Person) -> None:
    """Let a person own a passkey; no test here signs in with it."""
    with portal.db.writing() as session:
        session.add(
            PasskeyRow(
                subject=person.subject,
                credential_id=person.subject,
                public_key=b"",
                sign_count=0,
                transports=[],
                backup_eligible=False,
                backed_up=False,
                label="Clé",
                added_at=portal.clock.now(),
            )
        )
        session.flush()
        portal.find(ISecondFactors).recount(session, person.subject)


def reviewer(portal: Portal) -> tuple[TestApp, Person]:
    return portal.signed_in(roles=["support", "oru"], services=["espace-pro"])


def test_a_reviewer_who_owns_a_passkey_is_not_let_in_by_a_mailed_code(portal: Portal) -> None:
    browser, lucie = reviewer(portal)
    for path in DESKS:
        assert browser.get(path).status_int == 200, path
    give_passkey(portal, lucie)
    for path in DESKS:
        answer = browser.get(path)
        assert "recent=1" in answer.location, path
        page = answer.follow()
        assert "prouvez une nouvelle fois" in text(page), "the page of modes, not a way round in circles"
        assert "OTP" not in [tile.get_text() for tile in page.html.find_all(class_="tile-title")]
    answer = browser.post("/support/adhesions/DEM-0000-0000/accepter", expect_errors=True)
    assert answer.status_int != 200
    assert browser.get("/compte").status_int == 200, "their own account stays open"


def test_two_factors_let_that_reviewer_in(portal: Portal) -> None:
    _, lucie = reviewer(portal)
    give_passkey(portal, lucie)
    key = give_application(portal, lucie)
    browser = portal.browser()
    by_application(portal, browser, lucie, key)
    assert browser.get("/support").status_int == 200


@pytest.mark.settings(**{"reviews.required_level": "double-facteur"})
def test_a_portal_can_ask_a_level_of_every_reviewer(portal: Portal) -> None:
    browser, lucie = reviewer(portal)
    for path in DESKS:
        page = browser.get(path, status=403)
        assert "Ajoutez d’abord un dispositif" in text(page), path
    key = give_application(portal, lucie)
    assert "recent=1" in browser.get("/support").location
    by_application(portal, browser, lucie, key)
    for path in DESKS:
        assert browser.get(path).status_int == 200, path


def test_the_shipped_file_of_a_real_portal_asks_reviewers_for_what_resists_phishing() -> None:
    production = (Path(__file__).parents[2] / "config/production.ini").read_text(encoding="utf-8")
    assert "\nreviews.required_level = resistant\n" in production


@pytest.mark.settings(**{"reviews.required_level": "resistant"})
def test_doctor_names_reviewers_who_could_not_review_by_their_identifier_alone(portal: Portal) -> None:
    without, holder, other = portal.person(roles=["support"]), portal.person(roles=["oru"]), portal.person()
    give_passkey(portal, holder)
    give_application(portal, without)
    warnings = [line for line in doctor.reviewers(portal.registry) if "authenticator" in line]
    assert warnings == [f"{without.identifier} owns no authenticator of the level resistant: add one to review"]
    told = " ".join(doctor.reviewers(portal.registry))
    for person in (without, holder, other):
        assert person.email not in told and person.last_name not in told and person.subject not in told


def test_doctor_tells_of_suspended_roles_and_of_devices_that_are_not_compared(portal: Portal) -> None:
    lucie = portal.person(roles=["support"])
    assert list(doctor.reviewers(portal.registry)) == []
    with portal.db.writing() as session:
        portal.find(IRoleSuspensions).suspend(session, lucie.subject, cause="lost_mailbox", request_id=None)
    (warning,) = doctor.reviewers(portal.registry)
    assert warning.startswith(f"the roles of {lucie.identifier} are suspended")


def test_a_second_means_is_encouraged_and_the_reminder_leaves_when_asked(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    page = browser.get("/compte")
    assert "Un téléphone se perd" in text(page)
    page = press(page, "Plus tard").follow()
    assert "Un téléphone se perd" not in text(page)
    portal.clock.advance(days=31)
    portal.sign_in(browser, anne)
    assert "Un téléphone se perd" in text(browser.get("/compte"))


def test_who_has_two_means_is_left_in_peace(portal: Portal) -> None:
    anne = portal.person()
    key = give_application(portal, anne)
    give_codes(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    assert "Un téléphone se perd" not in text(browser.get("/compte"))


@pytest.mark.settings(**{"esea_auth.second_means": "silent"})
def test_a_portal_may_say_nothing(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    assert "Un téléphone se perd" not in text(browser.get("/compte"))


@pytest.mark.settings(**{"esea_auth.second_means": "demanded"})
def test_a_portal_may_demand_a_second_means_of_every_service_and_role(portal: Portal) -> None:
    anne = portal.person(roles=["support"], services=["espace-pro", "ror"])
    key = give_application(portal, anne)
    browser = portal.browser()
    by_application(portal, browser, anne, key)
    for path in ("/services/ror", "/services/espace-pro", "/support"):
        answer = browser.get(path)
        assert answer.location.endswith("/compte/dispositifs"), path
    assert "demande deux dispositifs" in text(browser.get("/compte/dispositifs"))
    add_on_devices_page(portal, browser)
    assert "ror.example.org" in browser.get("/services/ror").location
    assert browser.get("/support").status_int == 200
    assert "demande deux dispositifs" not in text(browser.get("/compte/dispositifs"))

"""The support's page of mail domains, and what those who run the portal rely on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.devices import by_application, give_application
from tests.mail_domains import DOMAIN, SETTINGS, SUPPORT, doubted, events, lapse, looks, state_of
from tests.name_service import RETENTION, TAKEN, NameService

from esea_auth_plugin.accounts.mail_domains.checks import ResolverSuspected, look
from esea_auth_plugin.accounts.mail_domains.models import MailDomainRow
from esea_auth_plugin.cli import main
from esea_auth_plugin.foundation.jobs.declared import jobs_of
from esea_auth_plugin.foundation.mail.models import Delivery
from esea_auth_plugin.interfaces import IAccounts
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Portal

pytestmark = [
    pytest.mark.settings(**SETTINGS),
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("world"),
]
both = pytest.mark.databases("sqlite", "postgresql")
ASKED = "L’établissement, appelé à un numéro connu, dit que ce domaine est toujours le sien"


@both
def test_the_support_approves_for_a_domain_or_rejects_it(portal: Portal, world: NameService) -> None:
    anne = portal.person()
    browser, sonia = portal.signed_in(roles=["support"], email="sonia@esea.example")
    lapse(portal)
    portal.sign_in(browser, sonia)
    page = browser.get("/support/domaines")
    assert "Abandonné" in text(page) and DOMAIN in text(page)
    assert "Cochez" in press(page, f"Reconnaître ce domaine : {DOMAIN}").follow().text
    assert doubted(portal, anne), "not without having asked the establishment"
    page = send(browser.get("/support/domaines"), {ASKED: True}, f"Reconnaître ce domaine : {DOMAIN}").follow()
    assert "Adresses de nouveau vérifiées : 1" in page.text
    assert not doubted(portal, anne) and state_of(portal) == "sound"
    (event,) = events(portal, "mail_domain.vouched")
    assert event.actor == sonia.subject
    assert events(portal, "account.mailbox_believed")[0].target == anne.subject

    world.zones[DOMAIN] = RETENTION
    look(portal.registry)
    portal.clock.advance(days=7)
    world.zones[DOMAIN] = TAKEN
    look(portal.registry)
    portal.sign_in(browser, sonia)
    page = browser.get("/support/domaines")
    said = {"Ce domaine n’est plus celui de l’établissement": True}
    page = send(page, said, f"Ne plus croire ses adresses : {DOMAIN}").follow()
    assert "Comptes concernés : 1" in page.text
    assert doubted(portal, anne)


def test_what_was_approved_for_after_a_purchase_stays_believed(portal: Portal, world: NameService) -> None:
    anne = portal.person()
    browser, sonia = portal.signed_in(roles=["support"], email="sonia@esea.example")
    world.registered(DOMAIN, (portal.clock.now() + timedelta(hours=1)).isoformat())
    portal.clock.advance(hours=2)
    look(portal.registry)
    assert doubted(portal, anne)
    portal.sign_in(browser, sonia)
    send(browser.get("/support/domaines"), {ASKED: True}, f"Reconnaître ce domaine : {DOMAIN}")
    looks(portal, days=8)
    assert not doubted(portal, anne)


def test_nobody_decides_of_their_own_mailbox(portal: Portal) -> None:
    browser, sonia = portal.signed_in(roles=["support"])
    give = give_application(portal, sonia)
    lapse(portal)
    by_application(portal, browser, sonia, give)
    assert "un ou une collègue doit décider" in text(browser.get("/support/domaines"))
    token = browser.get("/compte/mot-de-passe").html.find("input", attrs={"name": "csrf_token"})["value"]
    fields = {"csrf_token": token, "verifie": "oui"}
    browser.post(f"/support/domaines/{DOMAIN}/reconnaitre", fields)
    assert doubted(portal, sonia)


def test_a_professional_sees_and_decides_nothing_and_unknown_domains_are_404(portal: Portal) -> None:
    anne_browser, _ = portal.signed_in()
    assert anne_browser.get("/support/domaines", expect_errors=True).status_int == 403
    token = anne_browser.get("/compte").html.find("input", attrs={"name": "csrf_token"})["value"]
    for act in ("reconnaitre", "ne-plus-croire"):
        path = f"/support/domaines/{DOMAIN}/{act}"
        answer = anne_browser.post(path, {"csrf_token": token, "verifie": "oui"}, expect_errors=True)
        assert answer.status_int == 403
    browser, _ = portal.signed_in(roles=["support"])
    token = browser.get("/support/domaines").html.find("input", attrs={"name": "csrf_token"})["value"]
    fields = {"csrf_token": token, "verifie": "oui"}
    assert browser.post("/support/domaines/nulle-part.fr/reconnaitre", fields, expect_errors=True).status_int == 404


# --- those who run it


def test_the_page_costs_no_more_with_more_domains(
    portal: Portal, world: NameService, queries: Callable[[], Any]
) -> None:
    browser, _ = portal.signed_in(roles=["support"])

    def cost() -> int:
        browser.get("/support/domaines")
        with queries() as seen:
            browser.get("/support/domaines")
        return len(seen)

    before = cost()
    for number in range(8):
        world.zones[f"hopital-{number}.fr"] = RETENTION
        portal.person(email=f"a@hopital-{number}.fr")
    look(portal.registry)
    assert cost() == before <= 6


def test_a_resolver_that_loses_the_world_decides_nothing(portal: Portal, world: NameService) -> None:
    people = [portal.person(email=f"a@hopital-{number}.fr") for number in range(6)]
    for number in range(6):
        world.zones[f"hopital-{number}.fr"] = RETENTION
    look(portal.registry)
    portal.clock.advance(days=7)
    world.zones.clear()
    for _ in range(60):
        with pytest.raises(ResolverSuspected, match="6 of 6"):
            look(portal.registry)
        portal.clock.advance(hours=1)
    assert not any(doubted(portal, person) for person in people)


def test_a_large_hospital_is_doubted_whole_and_the_support_told_once(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("esea_auth_plugin.accounts.mail_domains.checks.BATCH", 2)
    people = [portal.person() for _ in range(5)]
    lapse(portal)
    assert all(doubted(portal, person) for person in people)
    emails = [letter for letter in portal.emails(SUPPORT) if DOMAIN in letter.subject]
    assert len(emails) == 1 and "vérifiées : 5" in emails[0].text


def test_domains_are_forgotten_with_their_last_account(portal: Portal, world: NameService) -> None:
    anne = portal.person(email="anne@petit.fr")
    portal.person()
    world.zones["petit.fr"] = RETENTION
    look(portal.registry)
    with portal.db.writing() as session:
        portal.find(IAccounts).change_email(session, anne.subject, "anne@chu.example.fr")
    look(portal.registry)
    with portal.db.reading() as session:
        assert list(session.scalars(select(MailDomainRow.domain))) == [DOMAIN]


def test_each_domain_is_asked_for_once_a_week_whoever_many_have_it(portal: Portal, world: NameService) -> None:
    for _ in range(3):
        portal.person()
    looks(portal, days=6.9)
    assert world.asked_registry == [DOMAIN, "example.fr"]


@pytest.mark.settings(**{"esea_auth.mail_domains.look": "False"})
def test_switched_off_there_is_no_job(portal: Portal) -> None:
    assert "mail_domains.look" not in jobs_of(portal.registry)


def test_the_job_runs_with_the_others(portal: Portal) -> None:
    assert jobs_of(portal.registry)["mail_domains.look"].every == timedelta(hours=1)


def test_letters_that_waited_when_the_domain_lapsed_are_withheld(portal: Portal) -> None:
    anne = portal.person()
    send(portal.browser().get("/connexion/oubli/identifiant"), {"Email": anne.email})
    lapse(portal)
    assert portal.emails(anne.email) == []
    with portal.db.reading() as session:
        row = session.scalars(select(Delivery).where(Delivery.name == "recovery.identifier")).one()
        assert (row.state, row.recipient, row.content) == ("withheld", None, None)
    assert events(portal, "mail.withheld")


# --- the command line


@pytest.fixture
def ini(base_settings: dict[str, str], tmp_path: Path) -> Path:
    """An ini file of a portal on a database of its own."""
    given = {**base_settings, **SETTINGS, "portal.plugins": "esea_auth"}
    given["portal.database_url"] = f"sqlite:///{tmp_path / 'portail.sqlite'}"
    lines = [f"{name} = {value}" for name, value in given.items() if value]
    path = tmp_path / "portail.ini"
    path.write_text("[app:main]\nuse = egg:host-app\n" + "\n".join(lines), encoding="utf-8")
    assert main([str(path), "migrate"]) == 0
    return path


def test_an_operator_tries_resolver_and_registry(
    ini: Path, world: NameService, capsys: pytest.CaptureFixture[str]
) -> None:
    world.registered(DOMAIN, "2001-05-06T07:08:09Z")
    world.ill.add("malade.fr")
    capsys.readouterr()
    assert main([str(ini), "mail-domains", "ask", DOMAIN, "parti.fr"]) == 0
    said = capsys.readouterr().out
    assert f"{DOMAIN}: takes mail, registered 2001-05-06" in said
    assert "parti.fr: takes no mail, its registry tells no date" in said
    assert main([str(ini), "mail-domains", "ask", "malade.fr"]) == 1
    assert "malade.fr: no answer (dns.no_server)" in capsys.readouterr().out
    assert main([str(ini), "mail-domains", "show"]) == 0
    assert "0 domains, 0 to look at" in capsys.readouterr().out

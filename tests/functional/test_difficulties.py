"""Difficulties: a declarant declares, the SAMU answers, the region follows, nobody does what is not theirs."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from webtest import TestApp, TestResponse

from esea_auth_plugin.foundation.database import lock_accounts
from esea_auth_plugin.interfaces import IRoles
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.pages import field_error, fill, press, send, text
from oru_espace_pro_plugin.difficulties.jobs import follow_time
from oru_espace_pro_plugin.difficulties.models import DifficultyEventRow, DifficultyRow
from oru_espace_pro_plugin.establishments.importing import import_if_new
from oru_espace_pro_plugin.interfaces import ARS_ROLE as ARS
from oru_espace_pro_plugin.interfaces import DECLARANT_ROLE as DECLARANT
from oru_espace_pro_plugin.interfaces import SAMU_ROLE as SAMU
from oru_espace_pro_plugin.interfaces import Establishment, IDirectory, IRegistrations, Kind, scope_of
from oru_espace_pro_plugin.registration import store
from oru_espace_pro_plugin.settings import OruSettings

BOARD = "/espace-pro/difficultes"
TENSION: dict[str, str | bool] = {
    "Niveau": "3 – Tension accentuée",
    "Afflux de patients": True,
    "Début": "Maintenant",
    "Fin prévue": "8 heures",
    "Numéro pour vous rappeler": "05 56 00 00 00",
}


@pytest.fixture
def structures(portal: Any) -> dict[str, Establishment]:
    """An emergency department of the Gironde, its SAMU, and one of another département."""
    import_if_new(portal.registry)
    with portal.db.reading() as session:
        everything = find(portal.registry, IDirectory).everything(session)
    hosted = Counter(item.finess for item in everything)
    own = next(item for item in everything if item.department == "33" and item.finess and hosted[item.finess] == 1)
    samu = next(item for item in everything if item.kind is Kind.SAMU and item.department == "33")
    other = next(item for item in everything if item.kind is Kind.SU and item.department == "64" and item.finess)
    return {"own": own, "samu": samu, "other": other}


def member(portal: Any, role: str = "", scope: str = "*", **person: Any) -> tuple[TestApp, Any]:
    """Return somebody who is admitted to the Espace Pro, with a role for one establishment."""
    browser, somebody = portal.signed_in(services=["espace-pro"], **person)
    with portal.db.writing() as session:
        lock_accounts(portal.registry, session, somebody.subject)
        store.admit(session, somebody.subject, "test", portal.clock.now())
        version = find(portal.registry, OruSettings).terms_version
        find(portal.registry, IRegistrations).accept_terms(session, somebody.subject, version)
        if role:
            find(portal.registry, IRoles).give(session, somebody.subject, role, scope=scope, given_by="test")
    return browser, somebody


def declared(browser: TestApp, nature: str = "tension", **changes: Any) -> TestResponse:
    """Declare and return the page of the difficulty."""
    page = browser.get(f"{BOARD}/declarer", params={"nature": nature})
    checked = send(page, {**TENSION, **changes})
    return press(checked, "Envoyer la déclaration").follow()


def test_a_declarant_declares_and_the_region_reads(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    start = browser.get(BOARD)
    assert "Aucune difficulté en cours dans la région." in text(start)
    first = start.click("Déclarer une difficulté")
    assert structures["own"].name in text(first)
    form = press(first, "Tension L'activité dépasse les moyens du service ou de l'établissement.")
    checked = send(form, TENSION)
    assert "Vous allez déclarer" in text(checked)
    assert "Afflux de patients" in text(checked)
    page = press(checked, "Envoyer la déclaration").follow()
    assert "Votre déclaration est envoyée." in text(page)
    reader, _ = member(portal)
    board = reader.get(BOARD)
    assert structures["own"].name in text(board) and "Tension accentuée" in text(board)
    assert "Déclarer une difficulté" not in text(board)


def test_what_is_wrong_is_told_at_once_and_nothing_typed_is_lost(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    page = browser.get(f"{BOARD}/declarer", params={"nature": "tension"})
    wrong = send(
        page, {**TENSION, "Afflux de patients": False, "Numéro pour vous rappeler": "15", "Précisions": "Sas plein"}
    )
    assert "Cochez au moins un motif." in text(wrong) and field_error(wrong, "Numéro pour vous rappeler")
    assert "Sas plein" in wrong.text


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"Fin prévue": "Date et heure…"}, "Fin prévue : jour", "obligatoire"),
        (
            {"Fin prévue": "Date et heure…", "Fin prévue : jour": "01/01/2020", "Fin prévue : heure": "10:00"},
            "Fin prévue : jour",
            "après le début",
        ),
        (
            {"Fin prévue": "Date et heure…", "Fin prévue : jour": "01/01/2030", "Fin prévue : heure": "10h"},
            "Fin prévue : jour",
            "30 jours au plus",
        ),
        (
            {"Fin prévue": "Date et heure…", "Fin prévue : jour": "01/01/2030", "Fin prévue : heure": "dix heures"},
            "Fin prévue : heure",
            "14:30",
        ),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_beside_its_field(
    portal: Any, structures: Any, changes: dict[str, str | bool], field: str, told: str
) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    page = browser.get(f"{BOARD}/declarer", params={"nature": "tension"})
    assert told in field_error(send(page, {**TENSION, **changes}), field)


def test_the_samu_and_the_agency_are_told_once_and_the_declarant_sees_whom(portal: Any, structures: Any) -> None:
    _, regulator = member(portal, SAMU, scope_of(structures["samu"].finess))
    _, agent = member(portal, ARS)
    _, elsewhere = member(portal, SAMU, scope_of("640000000"))
    browser, declarant = member(portal, DECLARANT, scope_of(structures["own"].finess))
    page = browser.get(f"{BOARD}/declarer", params={"nature": "tension"})
    checked = send(page, TENSION)
    assert "SAMU 33 (1 personne)" in text(checked) and "Agence régionale de santé (1 personne)" in text(checked)
    press(checked, "Envoyer la déclaration").follow()
    portal.deliver()
    subject = f"Tension niveau 3 : {structures['own'].name} (33)"
    for person in (regulator, agent):
        subjects = [email.subject for email in portal.smtp.emails(person.email)]
        assert subjects.count(subject) == 1
    for person in (elsewhere, declarant):
        assert subject not in [email.subject for email in portal.smtp.emails(person.email)]


def test_a_form_sent_twice_declares_once(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    _, _agent = member(portal, ARS)
    checked = send(browser.get(f"{BOARD}/declarer", params={"nature": "tension"}), TENSION)
    first = press(checked, "Envoyer la déclaration")
    second = press(checked, "Envoyer la déclaration")
    assert first.location == second.location
    with portal.db.reading() as session:
        assert session.query(DifficultyRow).count() == session.query(DifficultyEventRow).count() == 1


def test_what_was_not_shown_for_verification_is_not_sent(portal: Any, structures: Any) -> None:
    """« Entrée » in a field presses the first button of a form; a changed answer is shown before it leaves."""
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    checked = send(browser.get(f"{BOARD}/declarer", params={"nature": "tension"}), TENSION)
    changed = fill(checked, {"Niveau": "4 – Grande ampleur, plan blanc"})
    seen = checked.html.find("button", attrs={"name": "envoyer"})["value"]
    again = browser.post(changed.action, [*changed.submit_fields(), ("envoyer", seen)])
    assert "Vous allez déclarer" in text(again) and "Grande ampleur" in text(again)
    with portal.db.reading() as session:
        assert session.query(DifficultyRow).count() == 0
    press(again, "Envoyer la déclaration").follow()
    with portal.db.reading() as session:
        assert session.query(DifficultyRow.level).scalar() == 4


def test_nobody_declares_for_a_structure_that_is_not_theirs(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    checked = send(browser.get(f"{BOARD}/declarer", params={"nature": "tension"}), TENSION)
    form = checked.forms["declaration"]
    form.action = f"{BOARD}/declarer?structure={structures['other'].code}&nature=tension"
    answer = form.submit("envoyer")
    assert "Envoyer la déclaration" not in text(answer)
    reader, _ = member(portal)
    page = reader.get(f"{BOARD}/declarer", params={"structure": structures["own"].code, "nature": "tension"})
    assert "Vous ne déclarez pour aucune structure." in text(page)
    with portal.db.reading() as session:
        assert session.query(DifficultyRow).count() == 0


def test_a_request_is_refused_asked_again_accepted_and_expires(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    samu, _ = member(portal, SAMU, scope_of(structures["samu"].finess))
    asked = {"Niveau": "2 – Tension avérée", "Fin prévue": "4 heures"}
    first = declared(browser, "temporisation", **asked)
    assert "Réponse du SAMU attendue" in text(samu.get(BOARD))
    page = samu.get(first.request.path)
    assert "Prendre en compte" not in text(page)
    refusing = page.click("Refuser")
    assert field_error(send(refusing, {"Raison": ""}), "Raison")
    refused = send(refusing, {"Raison": "Saint-André est plein"}).follow()
    assert "Refusée" in text(refused) and "Saint-André est plein" in text(refused)
    second = declared(browser, "temporisation", **asked)
    accepted = press(samu.get(second.request.path).click("Accepter"), "Accepter").follow()
    assert "Acceptée" in text(accepted)
    portal.clock.advance(hours=4)
    assert follow_time(portal.registry) == 1  # the reminder
    portal.clock.advance(hours=12)
    follow_time(portal.registry)
    assert "Levée automatiquement" in text(browser_after(portal, second))


def browser_after(portal: Any, page: TestResponse) -> TestResponse:
    """Return a page as somebody sees it who signs in later."""
    reader, _ = member(portal)
    return reader.get(page.request.path)


def test_a_request_without_answer_is_escalated_for_all_to_see(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    declared(browser, "temporisation", Niveau="2 – Tension avérée", **{"Fin prévue": "4 heures"})
    portal.clock.advance(minutes=14)
    assert follow_time(portal.registry) == 0
    portal.clock.advance(minutes=1)
    assert follow_time(portal.registry) == 1
    assert follow_time(portal.registry) == 0
    assert "Sans réponse du SAMU" in text(browser.get(BOARD))


def test_level_extension_and_lifting_leave_their_history(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    page = declared(browser)
    send(page.click("Changer le niveau"), {"Nouveau niveau": "4 – Grande ampleur, plan blanc", "Raison": ""})
    tomorrow = (portal.clock.now() + timedelta(days=1)).strftime("%d/%m/%Y")
    page = browser.get(page.request.path)
    send(page.click("Prolonger"), {"Nouvelle fin : jour": tomorrow, "Nouvelle fin : heure": "23:00"})
    page = send(browser.get(page.request.path).click("Lever"), {"Raison": "Des lits se libèrent"}).follow()
    told = text(page)
    assert "Niveau 3 → 4" in told and "Fin prévue changée." in told and "Des lits se libèrent" in told
    assert told.index("Levée") < told.index("Déclarée par" if "Déclarée par" in told else "Déclarée")
    assert "Prolonger" not in told


def test_the_second_of_two_sees_what_the_first_did(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    other, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    page = declared(browser)
    mine, theirs = page.click("Lever"), other.get(page.request.path).click("Changer le niveau")
    send(mine, {"Raison": ""})
    answer = send(theirs, {"Nouveau niveau": "1 – Vigilance", "Raison": ""}).follow()
    assert "Quelqu’un vient de modifier cette difficulté" in text(answer)
    with portal.db.reading() as session:
        assert session.query(DifficultyRow.level).scalar() == 3


@pytest.mark.parametrize("act", ["prendre-en-compte", "prolonger", "niveau", "lever", "commenter"])
def test_a_reader_does_nothing(portal: Any, structures: Any, act: str) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    page = declared(browser)
    reader, _ = member(portal)
    form = reader.get(f"{page.request.path}/{act}")
    values = {"Raison": "x", "Commentaire": "x", "Nouveau niveau": "1 – Vigilance", "Nouvelle fin : jour": "01/01/2030",
              "Nouvelle fin : heure": "10:00"}  # fmt: skip
    sent = send(form, {label: value for label, value in values.items() if label in text(form)})
    assert sent.status_int == 200 or "pas possible" in text(sent.follow())
    with portal.db.reading() as session:
        assert session.query(DifficultyEventRow).count() == 1


def test_the_list_answers_nothing_new_without_being_written(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    declared(browser)
    fresh = browser.get(f"{BOARD}/tableau")
    assert structures["own"].name in fresh.text and "<html" not in fresh.text
    same = browser.get(f"{BOARD}/tableau", headers={"If-None-Match": fresh.headers["ETag"]})
    assert same.status_int == 304
    declared(browser)
    assert browser.get(f"{BOARD}/tableau", headers={"If-None-Match": fresh.headers["ETag"]}).status_int == 200


def test_filters_live_in_the_address(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    declared(browser)
    for query, shown in (
        ("?departement=33", True), ("?departement=64", False), ("?niveau=3", True), ("?niveau=4", False),
        ("?nature=tension", True), ("?nature=alerte", False), ("?etat=terminees", False), ("?niveau=';--", True),
    ):  # fmt: skip
        assert (structures["own"].name in browser.get(BOARD + query).text) is shown, query


def test_the_file_holds_no_formula(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    declared(browser)
    with portal.db.writing() as session:
        session.query(DifficultyRow).update({"structure_name": "=HYPERLINK(1)"})
    answer = browser.get(f"{BOARD}/difficultes.csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=";"))
    assert rows[0]["nom"] == "'=HYPERLINK(1)"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00", rows[0]["debut"].split(".")[0][:25])


def test_free_text_is_escaped_and_sealed(portal: Any, structures: Any) -> None:
    browser, _ = member(portal, DECLARANT, scope_of(structures["own"].finess))
    page = declared(browser, Précisions="<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)" in page.text
    with portal.db.reading() as session:
        assert "alert" not in session.query(DifficultyRow.sealed_text).scalar()

"""Closing one's account: nothing opens at once, thirty days to undo it, then nobody can be told from what remains."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy import text as sql

from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.interfaces import AccountState, IAccounts, IClosings, IReviews
from esea_auth_plugin.my_account.closing.erasing import erase_due, forget_old
from esea_auth_plugin.testing.pages import field_error, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.databases("sqlite")
both = pytest.mark.databases("sqlite", "postgresql")
SURE = "Je veux fermer mon compte et perdre mes accès dès maintenant"


def close(portal: Portal, browser: Any) -> None:
    page = send(browser.get("/compte/fermer"), {SURE: True}).follow()
    assert "Votre compte est fermé" in text(page)


def someone(portal: Portal) -> tuple[Any, Person]:
    """Return somebody who left traces in many packages, with a name that can't be there by chance."""
    browser, anne = portal.signed_in(
        first_name="Aliénor", last_name="Zubieta", identifier="alienor.zubieta", services=["espace-pro"],
        rpps="99900000011", phone="+33556000077",
    )  # fmt: skip
    accept = {"Conditions d'Utilisation": "J'accepte les Conditions d'Utilisation"}
    motive = {"Motif de l'inscription": "Zubieta, régulation au SAMU 33, besoin des capacités."}
    send(browser.get("/services/ror/adhesion"), {**motive, **accept})
    portal.clock.advance(seconds=1)  # letters of one moment arrive in any order
    portal.sign_in(portal.browser("203.0.113.9"), anne)
    return browser, anne


def everything(portal: Portal) -> str:
    """Return all that the database holds, as one text."""
    found = []
    with portal.db.reading() as session:
        for table in inspect(session.connection()).get_table_names():
            found += [str(tuple(row)) for row in session.execute(sql(f'SELECT * FROM "{table}"'))]
    return "\n".join(found)


@both
def test_closing_ends_everything_at_once(portal: Portal) -> None:
    browser, anne = someone(portal)
    close(portal, browser)
    assert browser.get("/compte").status_int == 303
    with portal.db.reading() as session:
        assert portal.find(IAccounts).by_subject(session, anne.subject).state is AccountState.CLOSED
        states = {one.state.value for one in portal.find(IReviews).of_author(session, anne.subject)}
    assert states == {"withdrawn"}
    assert portal.emails(anne.email)[-1].subject == "Votre compte est fermé"
    page = portal.browser().get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password})
    assert "Identifiant ou mot de passe incorrect" in text(page.maybe_follow())


@both
def test_after_thirty_days_nothing_names_the_person(portal: Portal) -> None:
    browser, anne = someone(portal)
    close(portal, browser)
    portal.deliver()
    portal.clock.advance(days=29, hours=23)
    assert erase_due(portal.registry) == 0
    portal.clock.advance(hours=2)
    assert erase_due(portal.registry) == 1
    assert erase_due(portal.registry) == 0
    left = everything(portal).casefold()
    for word in ("zubieta", "aliénor", "alienor", "203.0.113.9", "556000077", "99900000011"):
        assert word not in left, next(line for line in left.splitlines() if word in line)
    with portal.db.reading() as session:
        assert portal.find(IAccounts).by_subject(session, anne.subject) is None
        assert audit_rows(session, target=anne.subject, action="sign_in.succeeded"), "traces stay for their period"
        assert portal.find(IReviews).of_author(session, anne.subject), "decisions too"


def test_every_table_with_a_subject_is_erased_or_says_why_not(portal: Portal) -> None:
    from esea_auth_plugin.foundation.database.base import Model
    from esea_auth_plugin.foundation.database.erasing import RETENTION

    browser, anne = someone(portal)
    close(portal, browser)
    portal.clock.advance(days=31)
    erase_due(portal.registry)
    with portal.db.reading() as session:
        for table in Model.metadata.sorted_tables:
            if "subject" in table.columns and RETENTION not in table.info:
                assert session.scalar(table.select().where(table.c.subject == anne.subject)) is None, table.name


def test_what_remained_goes_with_its_stated_period(portal: Portal) -> None:
    browser, anne = someone(portal)
    close(portal, browser)
    portal.clock.advance(days=31)
    erase_due(portal.registry)
    portal.clock.advance(days=364)
    assert forget_old(portal.registry) == 0
    portal.clock.advance(days=2)
    assert forget_old(portal.registry) == 1
    from esea_auth_plugin.foundation.audit.retention import prune

    prune(portal.registry)
    assert anne.subject not in everything(portal)


def test_the_support_opens_it_again_within_thirty_days(portal: Portal) -> None:
    browser, anne = someone(portal)
    close(portal, browser)
    support, _ = portal.signed_in(roles=["support"])
    page = support.get(f"/support/comptes/{anne.subject}")
    refused = press(page, "Rouvrir le compte").follow()
    assert "vérifié l’identité" in text(refused)
    send(refused, {"J’ai vérifié l’identité de la personne pour rouvrir": True}, "Rouvrir le compte")
    again = portal.browser()
    portal.clock.advance(minutes=1)
    portal.sign_in(again, anne)
    assert "/services/espace-pro/adhesion" in again.get("/compte").text, "rights are asked for anew"
    portal.clock.advance(days=31)
    assert erase_due(portal.registry) == 0


def test_it_is_too_late_after_thirty_days_even_with_the_job_stopped(portal: Portal) -> None:
    browser, anne = someone(portal)
    close(portal, browser)
    portal.clock.advance(days=30)
    with portal.db.writing() as session:
        account = portal.find(IAccounts).by_subject(session, anne.subject)
        assert not portal.find(IClosings).reopen(session, account, by="support")


def test_the_address_and_the_identifier_are_free_again_afterwards(portal: Portal) -> None:
    browser, anne = someone(portal)
    close(portal, browser)
    portal.clock.advance(days=31)
    erase_due(portal.registry)
    other = portal.person(email=anne.email, identifier=anne.identifier)
    assert other.subject != anne.subject
    portal.sign_in(portal.browser(), other)


def test_a_box_unticked_closes_nothing(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    page = send(browser.get("/compte/fermer"), {SURE: False})
    assert field_error(page, SURE) and browser.get("/compte").status_int == 200


def test_a_stale_session_closes_nothing(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    page = browser.get("/compte/fermer")
    portal.clock.advance(minutes=11)
    assert "recent=1" in send(page, {SURE: True}).location


# --- the copy of one's data --------------------------------------------------------------------------------------


@both
def test_the_copy_holds_what_every_room_knows(portal: Portal) -> None:
    browser, anne = someone(portal)
    answer = press(browser.get("/compte/mes-donnees"), "Télécharger le fichier")
    assert answer.content_type == "application/json"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="mes-donnees-')
    copy = json.loads(answer.text)
    assert copy["compte"]["identifiant"] == anne.identifier
    assert {"Nom", "N° RPPS", "Téléphone"} <= {one["nom"] for one in copy["identite"]}
    assert copy["demandes"][0]["motif"].startswith("Zubieta")
    assert len(copy["sessions"]) == 2 and copy["services"]["droits"]
    assert any(one["evenement"] == "Connexion" for one in copy["activite"])


def test_the_copy_holds_no_secret_and_nobody_else(portal: Portal) -> None:
    browser, anne = someone(portal)
    other = portal.person(last_name="Quelquunautre")
    answer = press(browser.get("/compte/mes-donnees"), "Télécharger le fichier").text
    assert "argon2" not in answer and "digest" not in answer and anne.password not in answer
    assert other.last_name not in answer and other.subject not in answer


def test_a_stale_session_takes_no_copy_away(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    page = browser.get("/compte/mes-donnees")
    portal.clock.advance(minutes=11)
    assert "recent=1" in press(page, "Télécharger le fichier").location


def test_the_copy_is_no_button_to_press_all_day(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    page = browser.get("/compte/mes-donnees")
    for _ in range(5):
        press(page, "Télécharger le fichier")
    form = next(form for form in page.forms.values() if form.action.endswith("telecharger"))
    assert form.submit(expect_errors=True).status_int == 429

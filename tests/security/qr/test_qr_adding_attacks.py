"""A telephone added by QR code is a way into the account: who may begin, who makes the key, who keeps it; and what ends
elsewhere (a revoked or frozen key, a suspended account) ends what a telephone approved."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from tests.qr_sign_in import (
    CHECK,
    MODES,
    NUMBER,
    approve,
    check_of,
    code_of,
    form_to,
    give_phone,
    go_on,
    number_of,
    opened,
    other_than,
    read,
    sign,
    states,
    workstation,
)
from webtest import TestApp, TestResponse

from esea_auth_plugin.auth_modes.qr_code.models import QrRequestRow
from esea_auth_plugin.auth_modes.qr_code.service import SIGN_IN
from esea_auth_plugin.authentication.credentials.pending.service import PendingDevices
from esea_auth_plugin.authentication.credentials.revoking import Revoking
from esea_auth_plugin.authentication.credentials.suspension import SuspendedFactors
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.database import lock_accounts
from esea_auth_plugin.interfaces import AccountState, IAccounts, ISessions
from esea_auth_plugin.testing.authenticator import Authenticator
from esea_auth_plugin.testing.pages import fill, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite", "postgresql")]


# --- what ends elsewhere ends here


def test_a_revoked_key_ends_what_it_approved_before_and_after(
    portal: Portal, anne: Person, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    first = workstation(desk)
    approve(phone, device, code_of(first), number_of(first))
    assert opened(first)
    second = workstation(portal.browser())
    approve(phone, device, code_of(second), number_of(second))
    passkeys = modes_of(portal.registry).get("passkey")
    assert passkeys is not None
    with portal.db.writing() as session:
        [held] = passkeys.credentials(session, anne.subject)
        portal.find(Revoking).carry_out(session, anne.subject, passkeys, held, by=None, reason="test")
    assert desk.get("/compte").status_int == 303, "the session that it opened is over at the next request"
    assert not opened(second)


def test_a_frozen_key_opens_nothing(
    portal: Portal, anne: Person, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    page = workstation(desk)
    approve(phone, device, code_of(page), number_of(page))
    passkeys = modes_of(portal.registry).get("passkey")
    assert passkeys is not None
    with portal.db.writing() as session:
        [held] = passkeys.credentials(session, anne.subject)
        portal.find(SuspendedFactors).suspend_factor(session, anne.subject, "passkey", held.reference, reason="test")
    assert not opened(page)


def test_a_key_that_waits_for_its_mail_decides_nothing_not_even_a_wrong_number(
    portal: Portal, anne: Person, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    """Whoever added a telephone with a stolen password and code is told; the request stays its own person's."""
    passkeys, accounts = modes_of(portal.registry).get("passkey"), portal.find(IAccounts)
    assert passkeys is not None
    with portal.db.writing() as session:
        [held] = passkeys.credentials(session, anne.subject)
        account = accounts.by_subject(session, anne.subject)
        lock_accounts(portal.registry, session, account.subject)
        portal.find(PendingDevices).hold(session, account, passkeys, held.reference)
    page = workstation(desk)
    for number in (other_than(number_of(page)), number_of(page)):
        told = approve(phone, device, code_of(page), number)
        assert "Ce téléphone attend sa confirmation" in text(told), "right and wrong are told alike"
    assert states(portal) == ["waiting"]
    assert not opened(page)


def test_a_suspended_account_opens_nothing(
    portal: Portal, anne: Person, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    page = workstation(desk)
    approve(phone, device, code_of(page), number_of(page))
    with portal.db.writing() as session:
        portal.find(IAccounts).set_state(session, anne.subject, AccountState.SUSPENDED, reason="essai")
    assert not opened(page)
    with portal.db.reading() as session:
        assert portal.find(ISessions).of_subject(session, anne.subject) == []


# --- adding a telephone


def adding(desk: TestApp) -> TestResponse:
    return press(desk.get("/compte/dispositifs"), "Ajouter mon téléphone avec un QR code").follow()


def make(phone: TestApp, page: TestResponse, device: Authenticator) -> TestResponse:
    made = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    return sign(made, device, "cle")


def test_an_addition_s_code_is_no_sign_in_s_and_the_other_way(portal: Portal, phone: TestApp) -> None:
    desk, _ = portal.signed_in()
    device = Authenticator("http://localhost")
    added, asked = adding(desk), workstation(portal.browser())
    token = {"csrf_token": form_to(read(phone, code_of(added)), "refuser")["csrf_token"].value}
    sent = {**token, "number": number_of(added), "credential": "{}", "challenge": "x"}
    assert phone.post(f"/qr/{code_of(added)}/approuver", sent, status=410)
    assert phone.post(f"/qr/{code_of(asked)}/cle", sent, status=410)
    assert "Presque fini" in text(make(phone, added, device))
    assert sorted(states(portal)) == ["answered", "waiting"]


def test_only_the_telephone_that_was_paired_makes_the_key(portal: Portal, phone: TestApp) -> None:
    desk, _ = portal.signed_in()
    page = adding(desk)
    made = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    thief = portal.browser()
    shown = read(thief, code_of(page))
    stolen = fill(shown, {NUMBER: number_of(page)}).submit(expect_errors=True)
    assert "plus valable" in text(stolen), "the code and the number, read over a shoulder, come too late"
    refused = form_to(read(thief, code_of(page)), "refuser")
    sent = {"csrf_token": refused["csrf_token"].value, "credential": "{}", "challenge": "x"}
    assert thief.post(f"/qr/{code_of(page)}/cle", sent, status=410)
    assert "Presque fini" in text(sign(made, Authenticator("http://localhost"), "cle"))


def test_nothing_is_added_before_the_workstation_confirms_nor_once_it_left(portal: Portal, phone: TestApp) -> None:
    desk, anne = portal.signed_in()
    passkeys = modes_of(portal.registry).get("passkey")
    assert passkeys is not None
    page = adding(desk)
    made = make(phone, page, Authenticator("http://localhost"))
    asked = go_on(page)
    assert "Le vôtre affiche un nombre" in text(asked)
    with portal.db.reading() as session:
        assert list(passkeys.credentials(session, anne.subject)) == []
    desk.post("/connexion/deconnexion", {"csrf_token": asked.forms[0]["csrf_token"].value})
    token = asked.html.find("input", {"name": "csrf_token"})["value"]
    desk.post("/compte/dispositifs/ajouter/qr", {"csrf_token": token, "check": check_of(made)}, expect_errors=True)
    with portal.db.reading() as session:
        assert list(passkeys.credentials(session, anne.subject)) == []


def test_a_telephone_that_answered_before_mine_is_not_added(portal: Portal, phone: TestApp) -> None:
    """Code and number were read over a shoulder, and the thief was first: their screen shows what nobody types."""
    desk, anne = portal.signed_in()
    page = adding(desk)
    thieves = make(portal.browser(), page, Authenticator("http://localhost"))
    assert "plus valable" in text(read(phone, code_of(page)))
    asked = go_on(page)
    assert check_of(thieves) not in text(asked).split(), "the workstation never shows it"
    assert "affiche un nombre" in text(send(asked, {CHECK: " "}, "Valider").maybe_follow()), "nothing is no try"
    told = send(asked, {CHECK: other_than(check_of(thieves))}, "Valider").follow()
    assert "rien n’a été ajouté" in text(told)
    send(asked, {CHECK: check_of(thieves)}, "Valider")
    passkeys = modes_of(portal.registry).get("passkey")
    assert passkeys is not None
    with portal.db.reading() as session:
        assert list(passkeys.credentials(session, anne.subject)) == [], "one wrong number ended it"


def test_a_key_is_added_once(portal: Portal, phone: TestApp) -> None:
    desk, anne = portal.signed_in()
    page = adding(desk)
    device = Authenticator("http://localhost")
    made = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    kept = sign(made, device, "cle")
    assert "Presque fini" in text(kept)
    assert sign(made, device, "cle").status_int == 410
    asked = go_on(page)
    send(asked, {CHECK: check_of(kept)}, "Valider")
    send(asked, {CHECK: check_of(kept)}, "Valider")
    passkeys = modes_of(portal.registry).get("passkey")
    assert passkeys is not None
    with portal.db.reading() as session:
        assert len(passkeys.credentials(session, anne.subject)) == 1


def test_an_addition_begins_only_at_the_account_s_top_level(portal: Portal) -> None:
    desk, anne = portal.signed_in()
    give_phone(portal, anne)
    assert "/connexion?" in desk.get("/compte/dispositifs/ajouter/qr").location
    with portal.db.reading() as session:
        kinds = session.scalar(select(func.count()).where(QrRequestRow.kind != SIGN_IN))
    assert kinds == 0

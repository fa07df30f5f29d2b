"""QR log-ins are what remote attackers phish with: relayed codes, foreign approvals, guesses, replays (row 26)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.qr_sign_in import (
    MODES,
    NUMBER,
    approve,
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
from webauthn.helpers import bytes_to_base64url
from webtest import TestApp

from esea_auth_plugin.auth_modes.qr_code.mode import BEGUN
from esea_auth_plugin.auth_modes.qr_code.models import QrRequestRow
from esea_auth_plugin.auth_modes.qr_code.phone import ACTS
from esea_auth_plugin.auth_modes.qr_code.service import APPROVED, OTHER, WRONG, QrRequests
from esea_auth_plugin.authentication.attempts.models import SignInRow
from esea_auth_plugin.authentication.contract import Attempt
from esea_auth_plugin.foundation.throttling import Addresses
from esea_auth_plugin.interfaces import IThrottle, KeyVerified
from esea_auth_plugin.testing.authenticator import UP, Authenticator
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.threads import at_once

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite", "postgresql")]

POLL = "/connexion/qr/attente"


# --- relay


def test_a_victim_who_only_scans_a_relayed_code_opens_nothing(portal: Portal, desk: TestApp, phone: TestApp) -> None:
    """Neither reading it, nor reading it again, nor a mail scanner that follows the link."""
    page = workstation(desk)
    for method in (phone.get, phone.head):
        assert method(f"/qr/{code_of(page)}").status_int == 200
    assert states(portal) == ["waiting"]
    assert not opened(page)


def test_a_victim_who_scans_and_guesses_a_number_ends_the_attackers_request(
    portal: Portal, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    page = workstation(desk)
    approve(phone, device, code_of(page), other_than(number_of(page)))
    assert not opened(page)
    assert states(portal) == [WRONG]


def test_the_address_in_the_code_is_the_portal_s_own_whatever_the_request_says(portal: Portal, desk: TestApp) -> None:
    begun = press(desk.get("/connexion/qr"), "Continuer")
    forged = {"X-Forwarded-Host": "mechant.example", "X-Forwarded-Proto": "https", "Forwarded": "host=mechant.example"}
    page = begun.follow(headers=forged)
    assert "mechant.example" not in page.text
    assert "http://localhost/qr" in text(page)


def test_a_signature_for_something_else_approves_nothing(
    portal: Portal, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    """Obtained for another number, another request, or the portal's own sign-in by passkey."""
    page, other = workstation(desk), workstation(portal.browser())
    wrong = other_than(number_of(page))
    asked = send(read(phone, code_of(page)), {NUMBER: wrong}, "Continuer")
    form_to(asked, "approuver")["number"] = number_of(page)
    assert "n’a pas été reconnue" in text(sign(asked, device)), "signed with one number, sent with another"
    asked = send(read(phone, code_of(other)), {NUMBER: number_of(page)}, "Continuer")
    form = form_to(asked, "approuver")
    form.action = f"/qr/{code_of(page)}/approuver"
    assert "n’a pas été reconnue" in text(sign(asked, device)), "signed for another workstation"
    asked = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    elsewhere = phone.get("/connexion/cle")
    form_to(asked, "approuver")["challenge"] = elsewhere.html.find("input", {"name": "challenge"})["value"]
    assert "n’a pas été reconnue" in text(sign(asked, device)), "signed for a sign-in on this telephone"
    assert states(portal) == ["waiting", "waiting"]


@pytest.mark.parametrize(
    "wrong", [{"origin": "https://mechant.example"}, {"rp_id": "mechant.example"}, {"flags": UP}, {"type": "x"}]
)
def test_a_copy_of_the_page_gets_no_signature_that_counts(
    portal: Portal, desk: TestApp, phone: TestApp, device: Authenticator, wrong: dict[str, Any]
) -> None:
    page = workstation(desk)
    asked = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    assert "n’a pas été reconnue" in text(sign(asked, device, **wrong))
    assert not opened(page)


def test_a_signature_serves_once_and_in_the_browser_that_asked(
    portal: Portal, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    page = workstation(desk)
    asked = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    stolen = {name: form_to(asked, "approuver")[name].value for name in ("number", "challenge")}
    elsewhere = portal.browser()
    there = send(read(elsewhere, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    form_to(there, "approuver")["challenge"] = stolen["challenge"]
    assert "n’a pas été reconnue" in text(sign(there, device))


# --- somebody else


def test_a_telephone_of_another_account_raises_nobody_s_session(portal: Portal, phone: TestApp) -> None:
    browser, anne = portal.signed_in(services=["espace-pro"])
    own = give_phone(portal, anne)
    theirs = give_phone(portal, portal.person())
    page = press(browser.get("/connexion/qr?recent=1"), "Continuer").follow()
    asked = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    assert bytes_to_base64url(own.keys[0].credential_id) not in asked.text, "whoever reads the code learns no key"
    assert "Ce n’est pas votre compte" in text(sign(asked, theirs))
    assert states(portal) == [OTHER]
    after = go_on(page)
    assert "celui d’un autre compte" in after.text
    assert anne.display_name in browser.get("/compte").text, "Anne's session is what it was"


def test_swapped_browsers_collect_nothing_of_each_other(
    portal: Portal, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    """What one workstation asked and a telephone approved opens there and nowhere else."""
    page, other = workstation(desk), workstation(portal.browser())
    approve(phone, device, code_of(page), number_of(page))
    assert not opened(other)
    nobody = portal.browser()
    assert nobody.get(POLL).json["ready"] is True, "a browser without a sign-in learns nothing of any"
    started = press(nobody.get("/connexion/qr"), "Continuer").follow()
    assert code_of(started) not in {code_of(page), code_of(other)}
    assert opened(page)


def test_a_session_that_was_open_is_not_what_the_telephone_approves(
    portal: Portal, phone: TestApp, device: Authenticator
) -> None:
    """A planted sign-in cookie: the victim's workstation shows the attacker's code, and the attacker's cookie collects
    nothing once the victim's browser has its own."""
    attacker, victim = portal.browser(), portal.browser()
    page = workstation(attacker)
    approve(phone, device, code_of(page), number_of(page))
    cookie = attacker.cookies["connexion"]
    victim.set_cookie("connexion", cookie)
    form = victim.get("/connexion/qr")
    opened_there = press(form, "Continuer").maybe_follow()
    assert "Me déconnecter" in opened_there.text
    assert not opened(page), "one approval opens one session"


# --- once, in time


def test_an_approval_is_collected_once_whatever_the_race(
    portal: Portal, anne: Person, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    page = workstation(desk)
    approve(phone, device, code_of(page), number_of(page))
    with portal.db.reading() as session:
        row = session.execute(select(QrRequestRow.id, QrRequestRow.attempt)).one()
    requests, at = portal.find(QrRequests), portal.clock.now()

    def collect(_: int) -> bool:
        with portal.db.writing() as session:
            found = requests.of_attempt(session, Attempt(row.attempt, at, state={"request": row.id}))
            assert found is not None
            done: bool = requests.collect(session, found, at)
            return done

    assert sum(at_once(collect, range(20))) == 1


def test_twenty_telephones_at_once_approve_once(portal: Portal, anne: Person, desk: TestApp) -> None:
    page = workstation(desk)
    requests, at = portal.find(QrRequests), portal.clock.now()
    with portal.db.reading() as session:
        found = requests.by_code(session, code_of(page))
    assert found is not None

    def decide(_: int) -> str:
        with portal.db.writing() as session:
            key = KeyVerified(anne.subject, "x", "x")
            return str(requests.approve(session, found, number_of(page), key, at))

    assert sorted(at_once(decide, range(20))) == [APPROVED, *["ended"] * 19]


def test_the_same_approval_sent_twice_opens_nothing_more(
    portal: Portal, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    page = workstation(desk)
    asked = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    assert "C’est approuvé" in text(sign(asked, device))
    assert sign(asked, device).status_int == 410
    assert opened(page)
    assert sign(asked, device).status_int == 410


def test_ninety_seconds_and_not_one_more(portal: Portal, desk: TestApp, phone: TestApp, device: Authenticator) -> None:
    page = workstation(desk)
    asked = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    portal.clock.advance(seconds=91)
    assert sign(asked, device).status_int == 410
    assert read(phone, code_of(page)).status_int == 410
    assert not opened(page)


def test_an_approval_that_nobody_collects_is_dead_after_half_a_minute(
    portal: Portal, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    page = workstation(desk)
    approve(phone, device, code_of(page), number_of(page))
    portal.clock.advance(seconds=30)
    assert not opened(page)


def test_an_approval_after_the_workstation_left_is_worth_nothing(
    portal: Portal, desk: TestApp, phone: TestApp, device: Authenticator
) -> None:
    """It chose another mode, or its sign-in ended: the telephone is told, and nothing is kept for whoever comes."""
    page = workstation(desk)
    asked = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    with portal.db.writing() as session:
        session.execute(update(SignInRow).values(done_at=portal.clock.now()))
    assert sign(asked, device).status_int == 410
    assert states(portal) == ["waiting"]


# --- the number


def test_the_number_can_t_be_tried_twice_however_fast(portal: Portal, anne: Person, desk: TestApp) -> None:
    """A hundred numbers at once, under valid signatures: one comparison, and the request is over."""
    page = workstation(desk)
    requests, at = portal.find(QrRequests), portal.clock.now()
    with portal.db.reading() as session:
        found = requests.by_code(session, code_of(page))
    assert found is not None
    numbers = [f"{number:02d}" for number in range(100)]

    def guess(number: str) -> str:
        with portal.db.writing() as session:
            return str(requests.approve(session, found, number, KeyVerified(anne.subject, "x", "x"), at))

    answers = at_once(guess, numbers, most=10)
    assert len([answer for answer in answers if answer in {APPROVED, WRONG}]) == 1


def test_without_a_signature_the_number_is_not_compared(portal: Portal, desk: TestApp, phone: TestApp) -> None:
    """Whoever reads the code can't end the request by guessing, nor learn whether a guess was right."""
    page = workstation(desk)
    answers = set()
    for number in (number_of(page), other_than(number_of(page))):
        asked = send(read(phone, code_of(page)), {NUMBER: number}, "Continuer")
        answers.add(text(asked))
        form_to(asked, "approuver").submit()
    assert len(answers) == 1
    assert states(portal) == ["waiting"]


def test_codes_and_numbers_lie_nowhere_in_clear(portal: Portal, desk: TestApp) -> None:
    page = workstation(desk)
    with portal.db.reading() as session:
        request = session.scalars(select(QrRequestRow)).one()
        signing_in = session.scalars(select(SignInRow)).one()
        kept = [str(value) for row in (request, signing_in) for value in vars(row).values()]
    for secret in (code_of(page), code_of(page).replace("-", "")):
        assert not any(secret in value for value in kept)
    assert number_of(page) not in kept


def test_a_telephone_s_acts_are_limited(portal: Portal, phone: TestApp) -> None:
    form = phone.get("/qr").forms
    page = next(each for each in form.values() if each.action == "/qr")
    for _ in range(ACTS.count):
        page["code"] = "0000-0000"
        assert page.submit().status_int == 303
    assert page.submit(expect_errors=True).status_int == 429


def test_one_address_can_t_fill_the_table(portal: Portal) -> None:
    """And the page that is shown then does not ask again by itself."""
    count = portal.find(Addresses).use(BEGUN, "192.0.2.7")
    for _ in range(BEGUN.count):
        portal.find(IThrottle).reserve(count)
    page = portal.browser("192.0.2.7").get("/connexion/qr")
    answer = next(form for form in page.forms.values() if form.action == "/connexion/qr").submit(status=429)
    assert "data-wait" not in answer.text
    assert states(portal) == []
    assert code_of(workstation(portal.browser("192.0.2.8")))


# --- forged requests, reading that writes


@pytest.mark.parametrize("act", ["", "/approuver", "/refuser", "/signaler", "/cle"])
def test_nothing_is_done_without_the_page_s_own_token(portal: Portal, desk: TestApp, phone: TestApp, act: str) -> None:
    page = workstation(desk)
    read(phone, code_of(page))
    answer = phone.post(f"/qr/{code_of(page)}{act}", {"number": number_of(page)}, expect_errors=True)
    assert answer.status_int in {400, 403}
    token = form_to(read(phone, code_of(page)), "refuser")["csrf_token"].value
    forged = {"number": number_of(page), "csrf_token": token}
    answer = phone.post(
        f"/qr/{code_of(page)}{act}", forged, headers={"Origin": "https://mechant.example"}, expect_errors=True
    )
    assert answer.status_int in {400, 403}
    assert states(portal) == ["waiting"]
    assert desk.post("/connexion/qr/renouveler", expect_errors=True).status_int in {400, 403}


@pytest.mark.parametrize("act", ["approuver", "refuser", "signaler", "cle"])
def test_acts_have_no_page_to_get(portal: Portal, desk: TestApp, phone: TestApp, act: str) -> None:
    page = workstation(desk)
    assert phone.get(f"/qr/{code_of(page)}/{act}", expect_errors=True).status_int in {404, 405}


def test_reading_writes_nothing(portal: Portal, desk: TestApp, phone: TestApp, queries: Callable[[], Any]) -> None:
    page = workstation(desk)
    with queries() as seen:
        desk.get("/connexion/qr")
        desk.get(POLL)
        phone.get("/qr")
        read(phone, code_of(page))
        portal.browser().get("/connexion/qr")
    assert [each for each in seen.statements if not each.lstrip().upper().startswith("SELECT")] == []

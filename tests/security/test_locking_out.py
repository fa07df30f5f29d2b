"""Nobody locks somebody else out: a known browser has counters of its own at every stage, with ceilings (ASVS 6.1.1).

A known browser is one in which the account has completed a sign-in. Attackers below know the password, or type wrong
ones, from other browsers and addresses.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.devices import MODES, code_now, give_application, give_codes
from webtest import TestApp, TestResponse

from esea_auth_plugin.authentication.attempts.models import KnownBrowserRow
from esea_auth_plugin.testing.pages import fill, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite", "postgresql")]

LABELS = {
    "otp": "Code reçu par courriel",
    "totp": "Code de l’application",
    "secours": "Code de secours",
}
WRONG_CODES = {"otp": "000000", "totp": "000000", "secours": "AAAA-AAAA-AAAA-AAAA"}
WRONG_PASSWORD = "Pas-le-bon-du-tout-1"
_WHO = {"Nom": "Pierre", "Prénom": "Anne"}
LOST_MAILBOX = {
    **_WHO,
    "Nouvel email": "neuve@chu.example.fr",
    "Confirmation nouvel email": "neuve@chu.example.fr",
    "Que s'est-il passé ?": "J'ai changé d'établissement en septembre.",
}
LOST_EVERYTHING = {**_WHO, "Que s’est-il passé ?": "Téléphone et carte volés dans le tramway."}


def known(portal: Portal) -> tuple[TestApp, Person]:
    """Return a browser in which its person has completed a sign-in, and signed out."""
    browser, anne = portal.signed_in()
    press(browser.get("/connexion/deconnexion"), "Me déconnecter")
    portal.clock.advance(minutes=5)
    return browser, anne


def with_password(browser: TestApp, person: Person, segment: str, password: str = "") -> TestResponse:
    """Give the password of a new sign-in; return the page that answers, whatever its status."""
    for cookie in [cookie for cookie in browser.cookiejar if cookie.name == "connexion"]:
        browser.cookiejar.clear(cookie.domain, cookie.path, cookie.name)
    page = browser.get(f"/connexion/{segment}")
    values = {"Identifiant ou email": person.identifier, "Mot de passe": password or person.password}
    answer = fill(page, values).submit(status="*")
    return answer.follow() if answer.status_int == 303 else answer


def wrong_codes(portal: Portal, person: Person, segment: str, count: int) -> list[int]:
    """Type wrong codes after the right password, two in each new browser and address; return the answers' status."""
    statuses: list[int] = []
    for number in range(count // 2):
        page = with_password(portal.browser(f"198.51.100.{number}"), person, segment)
        for _ in range(2):
            page = fill(page, {LABELS[segment]: WRONG_CODES[segment]}).submit(status="*")
            statuses.append(page.status_int)
            if len(statuses) % 5 == 0:
                portal.clock.advance(minutes=2)  # the wait after five consecutive failures
    return statuses


@pytest.mark.parametrize("segment", ["otp", "totp", "secours"])
def test_wrong_codes_elsewhere_do_not_shut_a_known_browser_out(portal: Portal, segment: str) -> None:
    browser, anne = known(portal)
    key, printed = give_application(portal, anne), give_codes(portal, anne)
    assert wrong_codes(portal, anne, segment, 12) == [200] * 10 + [429] * 2
    before = len(portal.emails(anne.email))
    page = with_password(browser, anne, segment)
    assert LABELS[segment] in text(page)
    right = {
        "otp": lambda: portal.emails(anne.email)[before].code,
        "totp": lambda: code_now(portal, key),
        "secours": lambda: printed[0],
    }[segment]()
    assert fill(page, {LABELS[segment]: right}).submit(status="*").status_int == 303


def test_resends_asked_for_elsewhere_leave_a_known_browser_its_own(portal: Portal) -> None:
    browser, anne = known(portal)
    page = with_password(portal.browser("198.51.100.1"), anne, "otp")
    refused = 0
    for _ in range(8):
        portal.clock.advance(minutes=1)
        answer = next(f for f in page.forms.values() if str(f.action).endswith("renvoyer")).submit(status="*")
        refused += answer.status_int == 429
    assert refused == 3
    page = with_password(browser, anne, "otp")
    portal.clock.advance(minutes=1)
    answer = next(f for f in page.forms.values() if str(f.action).endswith("renvoyer")).submit(status="*")
    assert "nouveau code est parti" in text(answer)


def test_a_known_browser_guesses_no_more_than_an_unknown_one(portal: Portal) -> None:
    """A stolen cookie: ten wrong codes an hour, and twenty-five wrong passwords a day."""
    browser, anne = known(portal)
    give_application(portal, anne)
    judged = 0
    for _ in range(16):
        page = with_password(browser, anne, "totp")
        answer = fill(page, {LABELS["totp"]: WRONG_CODES["totp"]}).submit(status="*")
        judged += answer.status_int != 429
        portal.clock.advance(minutes=3)
    assert judged <= 10
    tried = 0
    for _ in range(60):
        tried += with_password(browser, anne, "totp", WRONG_PASSWORD).status_int != 429
        portal.clock.advance(minutes=5)
    assert tried <= 25


def test_who_shares_a_browser_cannot_begin_a_new_count_by_signing_in(portal: Portal) -> None:
    """A shared workstation: the cookie is renewed by each sign-in of anybody, the counters are not."""
    browser, anne = known(portal)
    paul = portal.person(first_name="Paul")
    tried = 0
    for _ in range(6):
        for _ in range(5):
            tried += with_password(browser, anne, "otp", WRONG_PASSWORD).status_int != 429
        portal.sign_in(browser, paul)
        press(browser.get("/connexion/deconnexion"), "Me déconnecter")
    assert tried <= 15, "five in a row, then two minutes' wait; the sign-ins of a colleague take a minute each"
    with portal.db.reading() as session:
        rows = session.scalars(select(KnownBrowserRow.subject).where(KnownBrowserRow.subject == anne.subject)).all()
    assert len(rows) == 1


def guess(browser: TestApp, person: Person) -> int:
    """Type a wrong password; return the status."""
    status: int = with_password(browser, person, "otp", WRONG_PASSWORD).status_int
    return status


def test_only_a_completed_sign_in_makes_a_browser_known(portal: Portal) -> None:
    anne = portal.person()
    give_application(portal, anne)
    browser = portal.browser()
    page = with_password(browser, anne, "otp")
    fill(page, {LABELS["otp"]: WRONG_CODES["otp"]}).submit(status="*")
    send(portal.browser().get("/connexion/oubli/mot-de-passe"), {"Identifiant ou email": anne.identifier})
    assert "navigateur" not in browser.cookies
    with portal.db.reading() as session:
        assert session.scalars(select(KnownBrowserRow)).all() == []


def test_a_replayed_cookie_is_worth_nothing_once_its_browser_signed_in_again(portal: Portal) -> None:
    browser, anne = known(portal)
    stolen = browser.cookies["navigateur"]
    portal.sign_in(browser, anne)
    wrong = [guess(portal.browser(f"198.51.100.{n}"), anne) for n in range(6)]
    assert wrong[-1] == 429
    thief = portal.browser("203.0.113.9")
    thief.set_cookie("navigateur", stolen)
    assert guess(thief, anne) == 429


def test_a_new_password_by_mail_forgets_every_known_browser(portal: Portal) -> None:
    browser, anne = known(portal)
    send(portal.browser().get("/connexion/oubli/mot-de-passe"), {"Identifiant ou email": anne.identifier})
    link = next(link for link in portal.emails(anne.email)[-1].links if "reinitialisation" in link)
    page = portal.browser().get(link.removeprefix("http://localhost")).follow()
    chosen = "Tambour-Violette-Hamac-31"
    form = page.forms["champ"]
    form["password"], form["password_again"] = chosen, chosen
    form.submit()
    with portal.db.reading() as session:
        assert session.scalars(select(KnownBrowserRow)).all() == []
    assert browser.cookies


@pytest.mark.parametrize(
    ("path", "label", "extra"),
    [
        ("mot-de-passe", "Identifiant ou email", {}),
        ("identifiant", "Email", {}),
        ("boite-mail", "Identifiant ou ancien email", LOST_MAILBOX),
        ("tout", "Identifiant ou email", LOST_EVERYTHING),
    ],
)
def test_others_who_ask_for_an_account_do_not_keep_its_known_browser_out(
    portal: Portal, path: str, label: str, extra: dict[str, str]
) -> None:
    browser, anne = known(portal)

    def ask(by: TestApp, login: str) -> int:
        page = by.get(f"/connexion/oubli/{path}")
        status: int = fill(page, {label: login, **extra}).submit(status="*").status_int
        return status

    logins = [anne.email] if label == "Email" else [anne.identifier, anne.email]
    third_parties = [ask(portal.browser(f"198.51.100.{n}"), login) for login in logins for n in range(6)]
    assert 429 in third_parties
    assert ask(browser, anne.email) in {200, 303}

"""Nobody fills somebody else's mailbox, nor bars it: every email that a third party can cause is counted (ASVS 6.6.4).

The first table lists who causes each declared email; a new email must be given its place. The second repeats every
way of a third party to an email, thirty times from thirty addresses, and states how many arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event
from tests.devices import MODES
from webtest import TestResponse

from esea_auth_plugin.errors import ServiceUnavailable
from esea_auth_plugin.foundation.mail.declared import emails_of
from esea_auth_plugin.interfaces import IThrottle
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import fill, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite")]

#: Caused by whoever comes, without a secret: each is counted, and repeated below.
ANYBODY = {
    "recovery.reset",
    "recovery.identifier",
    "recovery.lost",
    "lost_everything.asked",
    "lost_everything.support",  # to the support's mailbox, with each agreement too
    "sign_up.received",
    "sign_up.already",
    "sign_up.number_used",
    "mail_code.code",  # after the password
    "mail_code.address",  # at a sign-up, after a proven identity (`sign_up.code.email`)
}
#: Caused by whoever used a secret that was mailed, printed or scanned; or by a completed sign-in.
SECRET = {
    "lost_everything.used",
    "sign_up.confirmed",
    "sign_up.opened_alone",
    "recovery_codes.used",
    "qr.reported",
    "pro_sante_connect.merged",
    "passkey.copied",
    "role.restored",
    "role.suspended",
    "role.suspended_support",
}
#: Caused from a session (limits per person), by a reviewer, an administrator or a job.
PEOPLE = (
    "adhesion.",
    "right.",
    "accounts.proven_changed",
    "linking.",
    "email_change.",
    "correction.",
    "closing.",
    "support.",
    "notices.",
    "oru.",
)
REVIEWERS = {
    "account_act.confirmed",
    "account_act.refused",
    "recovery.new_mailbox",
    "recovery.refused",
    "recovery.more_asked",
    "lost_everything.link",
    "lost_everything.agreed",
    "lost_everything.refused",
    "lost_everything.more_asked",
    "sign_up.accepted",
    "sign_up.refused",
    "sign_up.more_asked",
    "sign_up.invitation",
}
OTHERS = {"devices.confirm", "mail_domains.support", "role.suspended", "role.suspended_support", "role.restored"}

TRIES = 30


def test_every_letter_is_known_by_who_can_cause_it(portal: Portal) -> None:
    named = ANYBODY | SECRET | REVIEWERS | OTHERS
    unknown = {name for name in emails_of(portal.registry) if name not in named and not name.startswith(PEOPLE)}
    assert not unknown, "say who can cause these letters, and limit those that anybody can"


# --- each way of a third party to an email --------------------------------------------------------------------------

Way = Callable[[Portal, Person, int], TestResponse]
LOST = {"Nom": "Pierre", "Prénom": "Anne"}


def _ask(path: str, label: str, logins: Callable[[Person], list[str]], **extra: str) -> Way:
    def way(portal: Portal, anne: Person, number: int) -> TestResponse:
        page = portal.browser(f"198.51.100.{number}").get(f"/connexion/oubli/{path}")
        spellings = logins(anne)
        return fill(page, {label: spellings[number % len(spellings)], **extra}).submit(status="*")

    return way


def _spellings(anne: Person) -> list[str]:
    """Return one account's logins as a third party varies them."""
    local, _, domain = anne.email.partition("@")
    ideographic = f"{local}@{domain.replace('.', '。')}"  # IDNA reads these full stops as dots
    return [anne.identifier, anne.email, anne.identifier.upper(), anne.email.upper(), ideographic]


def _emails(anne: Person) -> list[str]:
    return [anne.email, anne.email.upper()]


def _start_anew(portal: Portal, anne: Person, number: int) -> TestResponse:
    """Give the right password, which mails a code, in a new browser each time."""
    page = portal.browser(f"198.51.100.{number}").get("/connexion/otp")
    return fill(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).submit(status="*")


def _start_anew_here(portal: Portal, anne: Person, number: int) -> TestResponse:
    """The same with one browser and its cookies dropped: the attack made 25 emails in 14 seconds."""
    page = portal.browser().get("/connexion/otp")
    return fill(page, {"Identifiant ou email": anne.email, "Mot de passe": anne.password}).submit(status="*")


def _sign_up(portal: Portal, anne: Person, number: int) -> TestResponse:
    browser = portal.browser(f"198.51.100.{number}")
    page = wizard.to_step_4(browser, email=anne.email, identifier=f"essai.{number}", **{"N° RPPS": ""})
    return wizard.to_check(page).forms["champ"].submit("envoyer", status="*")


WAYS: dict[str, tuple[Way, int]] = {
    "password forgotten": (_ask("mot-de-passe", "Identifiant ou email", _spellings), 5),
    "identifier forgotten": (_ask("identifiant", "Email", _emails), 3),
    "mailbox lost": (
        _ask(
            "boite-mail",
            "Identifiant ou ancien email",
            _spellings,
            **LOST,
            **{
                "Nouvel email": "neuve@chu.example.fr",
                "Confirmation nouvel email": "neuve@chu.example.fr",
                "Que s'est-il passé ?": "J'ai changé d'établissement en septembre.",
            },
        ),
        6,
    ),
    "everything lost": (
        _ask(
            "tout",
            "Identifiant ou email",
            _spellings,
            **LOST,
            **{"Que s’est-il passé ?": "Téléphone et carte volés dans le tramway."},
        ),
        6,
    ),
    "code by starting anew": (_start_anew, 10),
    "code by starting anew in one place": (_start_anew_here, 10),
    "sign-up": (_sign_up, 3),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_third_party_causes_few_letters_to_one_mailbox(portal: Portal, way: str) -> None:
    anne = portal.person()
    act, most = WAYS[way]
    for number in range(TRIES if way != "sign-up" else 6):
        act(portal, anne, number)
    assert len(portal.emails(anne.email)) == most


def test_all_ways_together_are_few_letters_an_hour(portal: Portal) -> None:
    """Nobody gets round a limit by another way: the sum is bounded, and this is it."""
    anne = portal.person()
    for act, most in WAYS.values():
        for number in range(most + 1):
            act(portal, anne, number)
    assert len(portal.emails(anne.email)) <= 30


def test_a_limit_on_codes_is_told_only_to_who_knows_the_password(portal: Portal) -> None:
    """Without it the page is the one for an unknown account, whatever the state of the counter."""
    anne = portal.person()
    for number in range(10):
        _start_anew(portal, anne, number)
    right = _start_anew(portal, anne, 50)
    assert urlsplit(right.location).path == "/connexion"
    assert "commencé trop souvent" in text(right.follow())
    pages = []
    for login, place in ((anne.identifier, 51), ("personne.inconnue", 52)):
        page = portal.browser(f"198.51.100.{place}").get("/connexion/otp")
        answer = fill(page, {"Identifiant ou email": login, "Mot de passe": "Pas-le-bon-du-tout-1"}).submit(status="*")
        pages.append((answer.status_int, text(answer).replace(login, "LOGIN")))
    assert pages[0] == pages[1]


def test_wrong_passwords_use_up_no_start(portal: Portal) -> None:
    anne = portal.person()
    for number in range(12):
        page = portal.browser(f"198.51.100.{number}").get("/connexion/otp")
        fill(page, {"Identifiant ou email": anne.identifier, "Mot de passe": "Pas-le-bon-du-tout-1"}).submit(status="*")
        portal.clock.advance(minutes=4)
    portal.clock.advance(minutes=16)
    for number in range(10):
        assert urlsplit(_start_anew(portal, anne, number).location).path == "/connexion/otp"


@pytest.mark.databases("sqlite", "postgresql")
def test_starts_elsewhere_leave_a_known_browser_its_own(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    press(browser.get("/connexion/deconnexion"), "Me déconnecter")
    for number in range(12):
        _start_anew(portal, anne, number)
    before = len(portal.emails(anne.email))
    page = send(browser.get("/connexion/otp"), {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password})
    assert "Code reçu par courriel" in text(page.follow())
    assert len(portal.emails(anne.email)) == before + 1


def test_a_known_browser_that_was_stolen_starts_no_more_than_another(portal: Portal) -> None:
    browser, anne = portal.signed_in()
    press(browser.get("/connexion/deconnexion"), "Me déconnecter")
    before = len(portal.emails(anne.email))
    for _ in range(15):
        thief = portal.browser()
        thief.set_cookie("navigateur", browser.cookies["navigateur"])
        values = {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}
        fill(thief.get("/connexion/otp"), values).submit(status="*")
    assert len(portal.emails(anne.email)) == before + 10


@pytest.fixture
def store_down(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """``store_down()``: from now on, every statement on the counters fails."""
    engine = portal.find(IThrottle)._store._engine
    listening: list[Callable[..., None]] = []

    def fail(*_: object) -> None:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("throttle", {}, Exception("down"))

    def down() -> None:
        event.listen(engine, "before_cursor_execute", fail)
        listening.append(fail)

    yield down
    for each in listening:
        event.remove(engine, "before_cursor_execute", each)


@pytest.mark.parametrize("way", WAYS)
def test_no_letter_leaves_while_nothing_can_be_counted(
    portal: Portal, way: str, store_down: Callable[[], None]
) -> None:
    anne = portal.person()
    if way == "sign-up":
        page = wizard.to_step_4(portal.browser(), email=anne.email, identifier="essai.un", **{"N° RPPS": ""})
        page = wizard.to_check(page)
        store_down()
        answer = page.forms["champ"].submit("envoyer", status="*")
    else:
        store_down()
        answer = WAYS[way][0](portal, anne, 1)
    assert answer.status_int == ServiceUnavailable.status
    assert portal.emails(anne.email) == []


# --- 1.6 b: sign-ups by others bar nobody ------------------------------------------------------------------------


@pytest.mark.databases("sqlite", "postgresql")
def test_anonymous_sign_ups_bar_nobody_s_address(portal: Portal) -> None:
    """Three were enough to bar any address for thirty days."""
    for number in range(4):
        browser = portal.browser(f"198.51.100.{number}")
        wizard.sign_up(browser, identifier=f"essai.{number}", **{"N° RPPS": ""})
    before = len(portal.emails(wizard.EMAIL))
    assert before == 3
    page = wizard.sign_up(portal.browser(), identifier="anne.pierre", **{"N° RPPS": ""})
    assert "Votre demande est en attente" in page.html.title.text
    assert "sans nouvel accusé de réception" in text(page)
    reference = wizard.reference_on(page)
    assert len(portal.emails(wizard.EMAIL)) == before
    claire, _ = portal.signed_in(roles=["support"])
    assert reference in claire.get(f"/support/inscriptions/{reference}").text, "the support has it all the same"


def test_an_address_that_had_its_letters_is_answered_alike_known_or_not(portal: Portal) -> None:
    anne = portal.person()
    pages = []
    for email in (anne.email, "inconnue@chu.example.fr"):
        for number in range(4):
            identifier = f"essai.{'connu' if email == anne.email else 'neuf'}{number}"
            page = wizard.sign_up(portal.browser(), email=email, identifier=identifier, **{"N° RPPS": ""})
        pages.append(text(page).replace(wizard.reference_on(page), "DEM"))
        assert len(portal.emails(email)) == 3
    assert pages[0] == pages[1]


def test_letters_to_an_unproven_address_are_ten_a_month(portal: Portal) -> None:
    for day in range(4):
        for number in range(3):
            wizard.sign_up(portal.browser(), identifier=f"essai.{day}{number}", **{"N° RPPS": ""})
        portal.clock.advance(days=1, minutes=1)
    assert len(portal.emails(wizard.EMAIL)) == 10

"""No path through the staged sign-in reaches a session below what was truly proven: random steps, clocks and modes.

The machine drives two browsers and two people through the real pages, in any order: right and wrong answers, answers of
another stage, of another browser, typed twice, too late, with old cookies put back. Beside the portal it keeps a model
of its own: which secrets a browser has really shown, for whom and when. What the portal believes of a browser must
never be more than the model, and a service must never open below its level.
"""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from tests.devices import give_application, give_codes

from esea_auth_plugin.auth_modes.totp import codes
from esea_auth_plugin.foundation.security import tokens
from esea_auth_plugin.foundation.sessions.models import SessionRow
from esea_auth_plugin.foundation.sessions.proofs import from_json
from esea_auth_plugin.interfaces import AccountState, Factor, IAccounts, ICatalogue, Level
from esea_auth_plugin.levels import level_of, level_of_factors
from esea_auth_plugin.testing.portal import Person, Portal

CATALOGUE = Path(__file__).parent / "state_machine_services.ini"
SEGMENTS = ("otp", "totp", "mot-de-passe", "secours")
SERVICES = ("", "smur-tab", "ror", "viatrajectoire")
#: A session lives four hours; a sign-in may have begun twenty minutes before it.
PROOF_LIFE = timedelta(hours=4, minutes=20)
CODE_LIFE = timedelta(minutes=10)
_examples = itertools.count(1)

browsers = st.integers(0, 1)
people = st.integers(0, 1)


@dataclass
class Known:
    """One browser, and what the model knows of it."""

    app: Any
    token: str = ""
    segment: str = "otp"
    service: str = ""
    mailed: list[tuple[str, str, datetime]] = field(default_factory=list)  # person, code, moment; for this browser
    shown: list[tuple[str, Factor, datetime]] = field(default_factory=list)
    jars: list[dict[str, str]] = field(default_factory=list)


def put_cookie(app: Any, name: str, value: str) -> None:
    """Change a cookie as its holder can: same domain and path as the portal's own, so that there is only one."""
    jar = list(app.cookiejar)
    own = next((each for each in jar if each.name == name), None)
    changed = copy.copy(own or jar[0])
    changed.name, changed.value = name, value
    app.cookiejar.set_cookie(changed)


class SignInMachine(RuleBasedStateMachine):
    """See the module."""

    portal: Portal
    #: Levels of the sessions that were reached, over all examples: a machine that never signs in would prove nothing.
    reached: set[Level]

    @initialize()
    def begin(self) -> None:
        number = next(_examples)
        self.people: list[Person] = [
            self.portal.person(services=["smur-tab", "ror", "viatrajectoire"], password=f"Carafe-Moulin-Orage-{each}8")
            for each in "45"
        ]
        self.keys = [give_application(self.portal, person) for person in self.people]
        self.printed = [give_codes(self.portal, person) for person in self.people]
        self.used_steps: set[tuple[int, int]] = set()
        self.seen = {person.email: len(self.portal.emails(person.email)) for person in self.people}
        self.browsers = [Known(self.portal.browser(f"10.{number // 250}.{number % 250}.{each}")) for each in (1, 2)]
        self.portal.clock.advance(minutes=1)

    # --- steps

    @rule(b=browsers, segment=st.sampled_from(SEGMENTS), service=st.sampled_from(SERVICES), recent=st.booleans())
    def open_a_mode(self, b: int, segment: str, service: str, recent: bool) -> None:
        browser = self.browsers[b]
        browser.segment, browser.service = segment, service
        query = {"service": service} if service else {}
        self._read(browser, browser.app.get(f"/connexion/{segment}", {**query, **({"recent": "1"} if recent else {})}))

    @rule(b=browsers, who=people, right=st.booleans())
    def type_a_password(self, b: int, who: int, right: bool) -> None:
        person = self.people[who]
        typed = person.password if right else "Ce n'est pas celui-là 1"
        self._post(b, {"login": person.identifier, "password": typed})
        if right:
            self._showed(b, person, Factor.PASSWORD)

    @rule(b=browsers)
    def type_the_code_mailed_to_this_browser(self, b: int) -> None:
        browser = self.browsers[b]
        if browser.mailed:
            subject, code, moment = browser.mailed[-1]
            fresh = self.portal.clock.now() - moment < CODE_LIFE
            self._post(b, {"code": code})
            if fresh:
                browser.shown.append((subject, Factor.MAILBOX, self.portal.clock.now()))

    @rule(b=browsers)
    def type_the_code_mailed_to_the_other_browser(self, b: int) -> None:
        """Somebody reads it out on the telephone: it proves nothing here."""
        if self.browsers[1 - b].mailed:
            self._post(b, {"code": self.browsers[1 - b].mailed[-1][1]})

    @rule(b=browsers, who=people, ahead=st.integers(-2, 2))
    def type_a_code_of_an_application(self, b: int, who: int, ahead: int) -> None:
        step = codes.step_at(self.portal.clock.now()) + ahead
        again = (who, step) in self.used_steps
        answer = self._post(b, {"code": codes.code_of(self.keys[who], step)})
        # A step that was taken somewhere proves nothing a second time, here or elsewhere.
        if not again:
            self._showed(b, self.people[who], Factor.OTP_DEVICE)
        if answer.status_int == 303:
            self.used_steps.add((who, step))

    @rule(b=browsers, who=people, segment=st.sampled_from(SEGMENTS), service=st.sampled_from(SERVICES))
    def sign_in_as_one_should(self, b: int, who: int, segment: str, service: str) -> None:
        """Or as far as the portal lets this browser: the other steps go on from wherever it ends."""
        self.open_a_mode(b, segment, service, recent=False)
        self.type_a_password(b, who, right=True)
        if segment == "otp":
            self.type_the_code_mailed_to_this_browser(b)
        elif segment == "totp":
            self.type_a_code_of_an_application(b, who, 0)
        elif segment == "secours":
            self.type_a_printed_code(b, who, 0)

    @rule(b=browsers, service=st.sampled_from(SERVICES))
    def overhear_a_code_of_an_application(self, b: int, service: str) -> None:
        """With the right password, and the code that somebody has just typed elsewhere."""
        if self.used_steps:
            who, step = max(self.used_steps, key=lambda used: used[1])
            self.open_a_mode(b, "totp", service, recent=False)
            self.type_a_password(b, who, right=True)
            self._post(b, {"code": codes.code_of(self.keys[who], step)})

    @rule(b=browsers, service=st.sampled_from(SERVICES), who=people)
    def overhear_a_mailed_code(self, b: int, service: str, who: int) -> None:
        """With the right password, and the code that was mailed to the sign-in of the other browser."""
        self.open_a_mode(b, "otp", service, recent=False)
        self.type_a_password(b, who, right=True)
        self.type_the_code_mailed_to_the_other_browser(b)

    @rule(b=browsers, who=people, which=st.integers(0, 9))
    def type_a_printed_code(self, b: int, who: int, which: int) -> None:
        """It proves nothing that opens a session, whatever was proven before."""
        self._post(b, {"code": self.printed[who][which]})

    @rule(b=browsers, values=st.sampled_from([{}, {"code": ""}, {"code": "000000"}, {"login": "", "password": ""}]))
    def send_an_empty_or_wrong_body(self, b: int, values: dict[str, str]) -> None:
        self._post(b, values)

    @rule(b=browsers, action=st.sampled_from(["renvoyer", "attente", "conditions"]))
    def send_an_action(self, b: int, action: str) -> None:
        self._post(b, {}, below=f"/{action}")

    @rule(b=browsers, segment=st.sampled_from(SEGMENTS))
    def jump_to_another_mode(self, b: int, segment: str) -> None:
        """Keep the page's token and go on at another mode's address."""
        self.browsers[b].segment = segment

    @rule(seconds=st.sampled_from([1, 29, 31, 95, 6 * 60, 11 * 60, 21 * 60, 31 * 60, 5 * 3600]))
    def let_time_pass(self, seconds: int) -> None:
        self.portal.clock.advance(seconds=seconds)

    @rule(b=browsers)
    def note_the_cookies(self, b: int) -> None:
        self.browsers[b].jars.append(dict(self.browsers[b].app.cookies))

    @precondition(lambda self: any(browser.jars for browser in self.browsers))
    @rule(b=browsers, which=st.integers(0, 3))
    def put_old_cookies_back(self, b: int, which: int) -> None:
        browser = self.browsers[b]
        if browser.jars:
            for name, value in browser.jars[which % len(browser.jars)].items():
                put_cookie(browser.app, name, value)

    @rule(b=browsers, name=st.sampled_from(["portail", "nouveau-dispositif", "navigateur"]))
    def plant_the_cookie_of_a_sign_in(self, b: int, name: str) -> None:
        value = self.browsers[b].app.cookies.get("connexion")
        if value:
            put_cookie(self.browsers[b].app, name, value)

    @rule(b=browsers)
    def sign_out(self, b: int) -> None:
        browser = self.browsers[b]
        answer = browser.app.post("/connexion/deconnexion", {"csrf_token": browser.token}, expect_errors=True)
        if answer.status_int == 303:
            browser.shown.clear()

    @rule(who=people)
    def suspend_and_reopen(self, who: int) -> None:
        accounts, subject = self.portal.find(IAccounts), self.people[who].subject
        with self.portal.db.writing() as session:
            accounts.set_state(session, subject, AccountState.SUSPENDED, reason="essai")
            accounts.set_state(session, subject, AccountState.ACTIVE, reason="essai")
        for browser in self.browsers:
            browser.shown = [each for each in browser.shown if each[0] != subject]
            browser.mailed = [each for each in browser.mailed if each[0] != subject]

    @rule(b=browsers, service=st.sampled_from(SERVICES[1:]))
    def open_a_service(self, b: int, service: str) -> None:
        answer = self.browsers[b].app.get(f"/services/{service}", expect_errors=True)
        opened = answer.status_int == 303 and "example.org" in answer.location
        if opened:
            found = self.portal.find(ICatalogue).get(service)
            assert self._session_of(b) is not None
            assert self._truth(b, self._session_of(b).subject) >= found.level

    # --- what must hold after each of them

    @invariant()
    def the_portal_believes_no_more_than_was_shown(self) -> None:
        for b in range(2):
            row = self._session_of(b)
            if row is not None:
                believed = level_of(from_json(row.proofs))
                self.reached.add(believed)
                assert believed <= self._truth(b, row.subject), (believed, self.browsers[b].shown)
                assert believed > Level.NONE

    # --- the model

    def _showed(self, b: int, person: Person, factor: Factor) -> None:
        self.browsers[b].shown.append((person.subject, factor, self.portal.clock.now()))

    def _truth(self, b: int, subject: str) -> Level:
        oldest = self.portal.clock.now() - PROOF_LIFE
        return level_of_factors(
            factor for whose, factor, at in self.browsers[b].shown if whose == subject and at >= oldest
        )

    def _session_of(self, b: int) -> Any:
        cookie = self.browsers[b].app.cookies.get("portail")
        if not cookie:
            return None
        now = self.portal.clock.now()
        with self.portal.db.reading() as session:
            row = session.scalar(
                select(SessionRow).where(SessionRow.cookie_digest == tokens.digest(cookie, kind="session"))
            )
            if row is None or row.revoked_at is not None or row.ends_at <= now:
                return None
            if row.last_seen_at + timedelta(seconds=row.idle_seconds) <= now:
                return None
            session.expunge(row)
        return row

    # --- the pages

    def _post(self, b: int, values: dict[str, str], below: str = "") -> Any:
        browser = self.browsers[b]
        fields = {"csrf_token": browser.token, "service": browser.service, **values}
        answer = browser.app.post(f"/connexion/{browser.segment}{below}", fields, expect_errors=True)
        self._read(browser, answer)
        self._emails(browser)
        if answer.status_int == 303 and "/connexion/" in answer.location and "?" not in answer.location:
            self._read(browser, browser.app.get(answer.location, expect_errors=True))
        return answer

    def _read(self, browser: Known, page: Any) -> None:
        found = page.html.find("input", attrs={"name": "csrf_token"}) if "html" in (page.content_type or "") else None
        browser.token = found["value"] if found is not None else browser.token

    def _emails(self, browser: Known) -> None:
        """What has just been mailed was asked for by this browser's own sign-in."""
        for person in self.people:
            emails = self.portal.emails(person.email)
            for letter in emails[self.seen[person.email] :]:
                if "Votre code de connexion" in letter.subject:
                    browser.mailed.append((person.subject, letter.code, self.portal.clock.now()))
            self.seen[person.email] = len(emails)


@pytest.mark.settings(
    **{"esea_auth.modes": "password mail_code totp recovery_codes", "esea_auth.services": str(CATALOGUE)}
)
def test_no_path_reaches_a_session_below_what_was_shown(portal: Portal) -> None:
    """A thousand steps through the real pages, each followed by a look at what the portal believes."""

    class Machine(SignInMachine):
        pass

    Machine.portal, Machine.reached = portal, set()
    kept = settings(
        max_examples=40,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),  # making a failure shorter takes minutes, not seconds
    )
    every = {Level.PASSWORD, Level.MAIL_CODE, Level.TWO_FACTORS}
    for _ in range(3):  # random walks may miss a level; three times forty that do would mean that none leads there
        run_state_machine_as_test(Machine, settings=kept)
        if Machine.reached == every:
            break
    assert Machine.reached == every

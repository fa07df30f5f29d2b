"""Recovery codes: conformance, ten codes of 80 bits, hashed slowly with salt and key, dead once replaced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from esea_auth_plugin.auth_modes.recovery_codes.models import RecoveryCodeRow, RecoverySheetRow
from esea_auth_plugin.auth_modes.recovery_codes.service import RecoveryCodes
from esea_auth_plugin.auth_modes.totp.service import Applications
from esea_auth_plugin.authentication.conformance.enrolment import EnrolmentConformance
from esea_auth_plugin.authentication.contract import Attempt, AuthMode, Enrolled, Proven, Refused
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.foundation.security import lookup
from esea_auth_plugin.foundation.security.passwords import HashCost
from esea_auth_plugin.interfaces import ISealer
from esea_auth_plugin.normalise.codes import base32_letters
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.settings(**{"esea_auth.modes": "password mail_code totp recovery_codes"})


def give_application(portal: Portal, person: Person) -> None:
    """Give a person an authenticator application: there is something that codes may replace."""
    attempt = Attempt(id=new_id(), at=portal.clock.now(), subject=person.subject)
    with portal.db.writing() as session:
        Applications(portal.registry).add(session, attempt, person.subject, "A" * 32, 0, "Téléphone")


class TestRecoveryCodesMode(EnrolmentConformance):
    any_sign_in = True

    @pytest.fixture
    def mode(self, portal: Portal) -> AuthMode:
        found = modes_of(portal.registry).get("recovery_codes")
        assert found is not None
        return found

    @pytest.fixture
    def owner(self, portal: Portal) -> Person:
        person = portal.person()
        give_application(portal, person)
        return person

    @pytest.fixture
    def enrolled(self, portal: Portal, mode: AuthMode, owner: Person) -> Enrolled:
        return self.enrol(portal, mode, owner)

    @pytest.fixture
    def attempt(self, portal: Portal, owner: Person, enrolled: Enrolled) -> Attempt:
        return Attempt(id=new_id(), at=portal.clock.now(), subject=owner.subject, email=owner.email)

    @pytest.fixture
    def right_answer(self, enrolled: Enrolled) -> Mapping[str, str]:
        return {"code": enrolled.values["codes"][3]}

    def enrolment_answer(self, portal: Any, shown: Any) -> Mapping[str, str]:
        return {"creer": "oui"}

    def enrolment_secrets(self, shown: Any, added: Any) -> list[str]:
        return list(added.values["codes"])


@pytest.fixture
def mode(portal: Portal) -> Any:
    return modes_of(portal.registry).get("recovery_codes")


@pytest.fixture
def anne(portal: Portal) -> Person:
    person = portal.person()
    give_application(portal, person)
    return person


def make_sheet(portal: Portal, person: Person) -> tuple[str, ...]:
    service = RecoveryCodes(portal.registry)
    sheet = service.make()
    with portal.db.writing() as session:
        service.store(session, person.subject, sheet, portal.clock.now())
    return sheet.codes


def use(portal: Portal, mode: Any, person: Person, code: str) -> Any:
    attempt = Attempt(id=new_id(), at=portal.clock.now(), subject=person.subject, values={"code": code})
    prepared = mode.prepare(attempt)
    with portal.db.writing() as session:
        mode.begin(session, attempt)
        return mode.answer(session, attempt, prepared)


def test_ten_codes_of_eighty_bits_however_they_are_spelled(portal: Portal, mode: Any, anne: Person) -> None:
    codes = make_sheet(portal, anne)
    assert len(set(codes)) == 10
    assert all(len(base32_letters(code)) * 5 >= 64 for code in codes)
    spelled = codes[0].replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert isinstance(use(portal, mode, anne, spelled), Proven)
    assert isinstance(use(portal, mode, anne, codes[0]), Refused), "another spelling is the same code"
    assert isinstance(use(portal, mode, anne, codes[9]), Proven)


def test_a_new_sheet_kills_the_former_one(portal: Portal, mode: Any, anne: Person) -> None:
    old = make_sheet(portal, anne)
    new = make_sheet(portal, anne)
    assert isinstance(use(portal, mode, anne, old[0]), Refused)
    assert isinstance(use(portal, mode, anne, new[0]), Proven)
    with portal.db.reading() as session:
        assert len(session.scalars(select(RecoveryCodeRow.id)).all()) == 10, "nothing of the old sheet is left"


def test_a_code_is_told_by_mail_with_how_many_are_left(portal: Portal, mode: Any, anne: Person) -> None:
    codes = make_sheet(portal, anne)
    use(portal, mode, anne, codes[0])
    letter = portal.emails(anne.email)[-1]
    assert "Un code de secours de votre compte a servi" in letter.subject
    assert "Il vous en reste 9" in letter.text
    assert codes[0] not in letter.text


def test_a_stolen_table_gives_no_code_away(portal: Portal, anne: Person) -> None:
    """ASVS 6.5.2: argon2id with 128 bits of salt, and a key that is not in the database."""
    codes = make_sheet(portal, anne)
    with portal.db.reading() as session:
        sheet = session.scalars(select(RecoverySheetRow)).one()
        digests = set(session.scalars(select(RecoveryCodeRow.digest)))
        salt, identifier = sheet.salt, sheet.id
        cost = HashCost(sheet.memory_kib, sheet.passes, sheet.lanes)
    assert len(bytes.fromhex(salt)) == 16
    own = portal.find(ISealer)
    right = lookup.lookup_digests(own, codes[0], salt=salt, cost=cost, purpose="recovery_codes", bound_to=identifier)
    assert digests & set(right)
    for code in codes:
        assert base32_letters(code) not in repr(digests)
    elsewhere = lookup.lookup_digests(own, codes[0], salt=salt, cost=cost, purpose="recovery_codes", bound_to="other")
    salted = lookup.lookup_digests(
        own, codes[0], salt="00" * 16, cost=cost, purpose="recovery_codes", bound_to=identifier
    )
    assert not digests & {*elsewhere, *salted}


def test_a_sheet_made_at_a_lower_cost_still_opens(portal: Portal, mode: Any, anne: Person) -> None:
    codes = make_sheet(portal, anne)
    dearer = RecoveryCodes(portal.registry)
    dearer._cost = lambda: HashCost(16, 2, 1)  # type: ignore[method-assign]
    with portal.db.writing() as session:
        assert dearer.use(session, anne.subject, _outside(portal, dearer, anne, codes[1]), portal.clock.now())


def _outside(portal: Portal, service: RecoveryCodes, person: Person, code: str) -> tuple[str, ...]:

    [digests] = at_once(lambda typed: service.digests_of(person.subject, typed), [code])
    return digests


def test_nobody_makes_codes_for_a_device_they_do_not_have(portal: Portal, mode: Any) -> None:
    paul = portal.person()
    attempt = Attempt(id=new_id(), at=portal.clock.now(), subject=paul.subject, values={"creer": "oui"})
    with portal.db.writing() as session:
        assert isinstance(mode.enrolment.begin(session, attempt), Refused)
    prepared = mode.enrolment.prepare(attempt)
    with portal.db.writing() as session:
        assert isinstance(mode.enrolment.answer(session, attempt, prepared), Refused)


def test_five_tries_a_sign_in(portal: Portal, mode: Any, anne: Person) -> None:
    codes = make_sheet(portal, anne)
    sign_in = new_id()
    over = []
    for typed in ["AAAA-AAAA-AAAA-AAAA"] * 5 + [codes[0]]:
        attempt = Attempt(id=sign_in, at=portal.clock.now(), subject=anne.subject, values={"code": typed})
        prepared = mode.prepare(attempt)
        with portal.db.writing() as session:
            mode.begin(session, attempt)
            result = mode.answer(session, attempt, prepared)
        over.append(result.over)
        portal.clock.advance(seconds=timedelta(minutes=1).total_seconds())
    assert over == [False] * 4 + [True] * 2

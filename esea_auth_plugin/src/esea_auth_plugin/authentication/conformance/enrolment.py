"""The tests of a mode that people add credentials of (capability ENROLS), ours and a third party's alike.

::

    class TestCarteAgent(EnrolmentConformance):
        @pytest.fixture
        def mode(self, portal): return modes_of(portal.registry).get("carte_agent")

        @pytest.fixture
        def owner(self, portal): return portal.person()

        @pytest.fixture
        def enrolled(self, portal, mode, owner): return self.enrol(portal, mode, owner)

        @pytest.fixture
        def attempt(self, portal, owner, enrolled): return Attempt(id=new_id(), at=portal.clock.now(), …)

        def enrolment_answer(self, portal, shown): return {"pin": "1234"}

A mode whose credential is another authority's (it answers ``ShowsIdentity``) inherits ``AuthModeConformance`` only.
"""

# ruff: noqa: S101 - these are tests, shipped for third parties
from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...foundation.database import lock_accounts, new_id
from ..contract import Attempt, AuthMode, Capability, Enrolled, Proven
from .sign_in import AuthModeConformance
from .steps import ENROLMENT, Person, Portal

if TYPE_CHECKING:
    import pytest


class EnrolmentConformance(AuthModeConformance):
    """Inherit, and give the fixtures ``mode``, ``owner``, ``enrolled``, ``attempt`` and ``right_answer``."""

    def test_declares_that_it_enrols(self, mode: AuthMode) -> None:
        """Its title stands on « Mes dispositifs »."""
        assert Capability.ENROLS in mode.capabilities
        assert mode.enrolment.title

    def test_what_was_added_is_listed_and_can_be_used(
        self, portal: Portal, mode: AuthMode, owner: Person, enrolled: Enrolled
    ) -> None:
        """By its owner, with a name and a date; by nobody else."""
        other = portal.person()
        with portal.db.reading() as session:
            [held] = mode.credentials(session, owner.subject)
            assert held.reference == enrolled.reference
            assert held.label
            assert held.kind
            assert held.added_at == portal.clock.now()
            assert mode.usable_by(session, owner.subject)
            assert list(mode.credentials(session, other.subject)) == []
            assert not mode.usable_by(session, other.subject)

    def test_a_proof_names_the_credential_it_rests_on(
        self, portal: Portal, mode: AuthMode, attempt: Attempt, right_answer: Mapping[str, str], enrolled: Enrolled
    ) -> None:
        """So that revoking it ends the sessions it opened, and one that waits for its confirmation opens none."""
        result = self.answered(portal, mode, self.begun(portal, mode, attempt), self.right(portal, right_answer))
        assert isinstance(result, Proven), result
        assert result.proof.authenticator == enrolled.reference

    def test_showing_the_page_of_an_enrolment_writes_nothing(
        self, portal: Portal, mode: AuthMode, owner: Person
    ) -> None:
        """``enrolment.ask`` is called for every GET."""
        _, under_way = self.enrolment_begun(portal, mode, owner)
        self.shows_without_writing(portal, mode.enrolment, under_way)
        self.takes_no_request(mode.enrolment)

    def test_an_empty_or_foreign_answer_adds_nothing(
        self, portal: Portal, mode: AuthMode, owner: Person, enrolled: Enrolled
    ) -> None:
        """Nor does an answer to an enrolment that never began."""
        _, under_way = self.enrolment_begun(portal, mode, owner)
        never_begun = replace(under_way, id=new_id(), state={})
        for attempt in (under_way, never_begun):
            for values in ({}, {"code": "", "label": "x"}, {"inconnu": "x"}, {"code": "000000", "credential": "{}"}):
                assert not isinstance(self.enrolment_answered(portal, mode, attempt, values), Enrolled), values
        with portal.db.reading() as session:
            held = [each.reference for each in mode.credentials(session, owner.subject)]
        assert held == [enrolled.reference]

    def test_only_its_owner_names_it(self, portal: Portal, mode: AuthMode, owner: Person, enrolled: Enrolled) -> None:
        """Where the mode lets a credential be named."""
        other = portal.person()
        with portal.db.writing() as session:
            lock_accounts(portal.registry, session, owner.subject, other.subject)
            [held] = mode.credentials(session, owner.subject)
            assert not mode.rename(session, other.subject, enrolled.reference, "À moi")
            assert not mode.rename(session, owner.subject, "nothing", "À moi")
            assert mode.rename(session, owner.subject, enrolled.reference, "Bureau\n\u202e") is held.renamable
        with portal.db.reading() as session:
            [renamed] = mode.credentials(session, owner.subject)
        assert renamed.label == ("Bureau" if held.renamable else held.label)

    def test_only_its_owner_revokes_it_and_then_it_proves_nothing(
        self,
        portal: Portal,
        mode: AuthMode,
        owner: Person,
        enrolled: Enrolled,
        attempt: Attempt,
        right_answer: Mapping[str, str],
    ) -> None:
        """At once, for a sign-in under way too."""
        other = portal.person()
        begun = self.begun(portal, mode, attempt)
        values = self.right(portal, right_answer)
        with portal.db.writing() as session:
            lock_accounts(portal.registry, session, owner.subject, other.subject)
            assert not mode.revoke(session, other.subject, enrolled.reference, reason="test")
            assert mode.revoke(session, owner.subject, enrolled.reference, reason="test")
            assert not mode.revoke(session, owner.subject, enrolled.reference, reason="test")
        with portal.db.reading() as session:
            assert list(mode.credentials(session, owner.subject)) == []
            assert not mode.usable_by(session, owner.subject)
        assert not isinstance(self.answered(portal, mode, begun, values), Proven)

    def test_no_secret_of_an_enrolment_is_shown_again_or_logged(
        self, portal: Portal, mode: AuthMode, owner: Person, enrolled: Enrolled, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither in the list of devices nor at DEBUG."""
        caplog.set_level(logging.DEBUG)
        shown, under_way = self.enrolment_begun(portal, mode, owner)
        added = self.enrolment_answered(portal, mode, under_way, self.enrolment_answer(portal, shown))
        secrets = self.enrolment_secrets(shown, added)
        with portal.db.reading() as session:
            listed = repr(mode.credentials(session, owner.subject))
        for secret in secrets:
            assert secret not in listed
            assert secret not in caplog.text

    # --- helpers that a test class may override

    def enrolment_answer(self, portal: Portal, shown: Any) -> Mapping[str, str]:
        """Return the answer that adds the credential, given what ``enrolment.begin`` showed."""
        raise AssertionError("override it: how is the credential of this mode added?")

    def enrolment_secrets(self, shown: Any, added: Any) -> Sequence[str]:
        """Return what an enrolment shows once and never again; nothing where nothing secret is shown."""
        return ()

    def enrol(self, portal: Portal, mode: AuthMode, owner: Person) -> Enrolled:
        """Add a credential as « Mes dispositifs » does; override it where adding takes several steps."""
        shown, under_way = self.enrolment_begun(portal, mode, owner)
        added = self.enrolment_answered(portal, mode, under_way, self.enrolment_answer(portal, shown))
        assert isinstance(added, Enrolled), added
        return added

    def enrolment_begun(self, portal: Portal, mode: AuthMode, owner: Person) -> tuple[Any, Attempt]:
        """Begin to add a credential; return what the mode shows, and the attempt with what it remembers."""
        attempt = Attempt(
            id=new_id(), at=portal.clock.now(), subject=owner.subject, email=owner.email, browser="conformance"
        )
        return self.steps_begun(portal, mode.enrolment, attempt, ENROLMENT)

    def enrolment_answered(self, portal: Portal, mode: AuthMode, attempt: Attempt, values: Mapping[str, str]) -> Any:
        """Give an answer as « Mes dispositifs » does: the slow part first, then a transaction."""
        now = replace(attempt, at=portal.clock.now())
        return self.steps_answered(portal, mode.enrolment, now, values, ENROLMENT)

"""A password that is checked while it is being replaced opens nothing: the slow hash runs before the transaction."""

from __future__ import annotations

import pytest

from esea_auth_plugin.authentication.contract import Attempt, Proven
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.interfaces import IPasswords
from esea_auth_plugin.testing.portal import Portal

NEW = "Girafe-Tambour-Melon-48"


@pytest.mark.databases("sqlite", "postgresql")
def test_the_former_password_examined_before_the_change_opens_nothing_after_it(portal: Portal) -> None:
    """The thief's answer is being hashed while its owner's new password is stored and every session ends."""
    anne = portal.person()
    mode = modes_of(portal.registry).get("password")
    assert mode is not None
    values = {"login": anne.identifier, "password": anne.password}
    attempt = Attempt(new_id(), portal.clock.now(), values=values)
    examined = mode.prepare(attempt)
    with portal.db.writing() as session:
        assert isinstance(mode.answer(session, attempt, examined), Proven)
    portal.clock.advance(seconds=1)
    replaced = portal.find(IPasswords).hash(NEW)
    with portal.db.writing() as session:
        portal.find(IPasswords).set_hash(session, anne.subject, replaced)
    with portal.db.writing() as session:
        assert not isinstance(mode.answer(session, attempt, examined), Proven)

"""Keyed digests that a migration emptied are filled by the worker, as the present code would write them."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from esea_auth_plugin.accounts.models import IdentityAttribute
from esea_auth_plugin.interfaces import IJobs
from esea_auth_plugin.sign_up.models import SignUp
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.portal import Portal

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def digests(portal: Portal) -> tuple[str | None, ...]:
    """Return the digests of the only sign-up, and of the only birthday."""
    with portal.db.reading() as session:
        row = session.execute(select(SignUp.email_digest, SignUp.rpps_digest, SignUp.person_digest)).one()
        return (*row, session.scalar(select(IdentityAttribute.digest).where(IdentityAttribute.name == "birthday")))


def test_emptied_digests_are_filled_once(portal: Portal) -> None:
    portal.person(first_name="Zoé", last_name="Œuvrard", birthday="03-14")
    wizard.sign_up(portal.browser(), Nom="Lœb")
    before = digests(portal)
    with portal.db.writing() as session:
        session.execute(update(SignUp).values(email_digest="", person_digest=None))
        session.execute(update(IdentityAttribute).where(IdentityAttribute.name == "birthday").values(digest=None))
    portal.clock.advance(days=1)
    portal.find(IJobs).run_due()
    assert digests(portal) == before and None not in before

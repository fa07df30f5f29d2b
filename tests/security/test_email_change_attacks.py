"""An e-mail change, attacked: codes and links in parallel, from elsewhere, and by another person."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.interfaces import IAccounts
from esea_auth_plugin.my_account.email_change.models import EmailChangeRow
from esea_auth_plugin.my_account.email_change.service import EmailChanges, Verdict
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.threads import at_once

pytestmark = pytest.mark.databases("sqlite", "postgresql")
NEW = "anne.neuve@chu.example.fr"


def asked(portal: Portal) -> tuple[Person, str]:
    """Return somebody whose change waits for its code, and the code."""
    anne = portal.person()
    with portal.db.writing() as session:
        account = portal.find(IAccounts).by_subject(session, anne.subject)
        portal.find(EmailChanges).ask(session, account, NEW)
    return anne, portal.emails(NEW)[-1].code


def test_twenty_guesses_at_once_are_five_comparisons(portal: Portal) -> None:
    anne, code = asked(portal)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    def guess(_: int) -> Verdict:
        with portal.db.writing() as session:
            return Verdict(portal.find(EmailChanges).judge(session, anne.subject, wrong))

    verdicts = at_once(guess, range(20))
    assert verdicts.count(Verdict.WRONG) == 5 and verdicts.count(Verdict.OVER) == 15


def test_twenty_confirmations_at_once_make_one_change(portal: Portal) -> None:
    anne, _ = asked(portal)

    def make(_: int) -> bool:
        with portal.db.writing() as session:
            account = portal.find(IAccounts).by_subject(session, anne.subject)
            return bool(portal.find(EmailChanges).make(session, account))

    assert sum(at_once(make, range(20))) == 1
    assert len([each for each in portal.emails(anne.email) if "/adresse-precedente/" in each.text]) == 1


def test_twenty_at_once_take_it_back_once(portal: Portal) -> None:
    anne, _ = asked(portal)
    with portal.db.writing() as session:
        portal.find(EmailChanges).make(session, portal.find(IAccounts).by_subject(session, anne.subject))
    letter = next(each for each in portal.emails(anne.email) if "/adresse-precedente/" in each.text)
    token = next(link for link in letter.links if "/adresse-precedente/" in link).rpartition("/")[2]

    def undo(_: int) -> bool:
        try:
            with portal.db.writing() as session:
                portal.find(EmailChanges).undo(session, token, address="192.0.2.1")
        except PortalError:
            return False
        return True

    assert sum(at_once(undo, range(20))) == 1


def test_one_person_s_code_confirms_nothing_of_another_s(portal: Portal) -> None:
    _, code = asked(portal)
    mallory = portal.person()
    with portal.db.writing() as session:
        account = portal.find(IAccounts).by_subject(session, mallory.subject)
        portal.find(EmailChanges).ask(session, account, "mallory.neuf@chu.example.fr")
    with portal.db.writing() as session:
        assert portal.find(EmailChanges).judge(session, mallory.subject, code) is Verdict.WRONG


def test_neither_codes_nor_links_nor_addresses_lie_in_clear(portal: Portal) -> None:
    anne, code = asked(portal)
    with portal.db.reading() as session:
        row = session.scalars(select(EmailChangeRow)).one()
        stored = " ".join(str(value) for value in vars(row).values())
    assert code not in stored and NEW not in stored and anne.email not in stored

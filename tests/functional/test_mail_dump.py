"""Whoever steals the database, at any moment, reads no live code, token or link of an email in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from sqlalchemy import MetaData, select

from esea_auth_plugin.foundation.mail.models import Delivery
from esea_auth_plugin.interfaces import IInvitations, IReviews
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import send
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.smtp import ReceivedEmail

NEW_MAILBOX = "anne.neuve@chu.example.fr"
#: A token of 128 bits has 22 emails or more; so does no other part of an address of ours.
TOKEN = re.compile(r"[\w-]{22,}")


def dump(portal: Portal) -> str:
    """Return every value of every table, as text."""
    metadata = MetaData()
    metadata.reflect(portal.db.engine)
    with portal.db.engine.connect() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(str(value) for row in rows for value in row)


def secrets_of(letter: ReceivedEmail) -> set[str]:
    """Return what an email opens something with: tokens in its links, a mailed code, a code of follow-up."""
    found = {part for link in letter.links for part in urlsplit(link).path.split("/") if TOKEN.fullmatch(part)}
    found |= set(re.findall(r"SUIVI-[\w-]+", letter.text))
    if "code" in letter.subject.lower():
        found |= {letter.code}
    return found


def sign_in_code(portal: Portal) -> str:
    anne = portal.person()
    page = portal.app.get("/connexion/otp").maybe_follow()
    send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password})
    return anne.email


def invitation(portal: Portal) -> str:
    with portal.db.writing() as session:
        portal.find(IInvitations).invite(session, "zoe.invitee@chu.example.fr", "support", by="cli")
    return "zoe.invitee@chu.example.fr"


def follow_up(portal: Portal) -> str:
    wizard.sign_up(portal.browser())
    return wizard.EMAIL


def confirmation(portal: Portal) -> str:
    wizard.decide(portal, wizard.reference_on(wizard.sign_up(portal.browser())))
    return wizard.EMAIL


def more_asked(portal: Portal) -> str:
    reference = wizard.reference_on(wizard.sign_up(portal.browser()))
    support = wizard.reviewer(portal)
    with portal.db.writing() as session:
        review = portal.find(IReviews).by_reference(session, reference)
        portal.find(IReviews).ask_more(session, review.id, by=support.subject, question="Quel service, au juste ?")
    return wizard.EMAIL


def reset(portal: Portal) -> str:
    anne = portal.person()
    send(portal.browser().get("/connexion/oubli/mot-de-passe"), {"Identifiant ou email": anne.identifier})
    return anne.email


def new_mailbox(portal: Portal) -> str:
    anne, support = portal.person(), portal.person(roles=["support"])
    answers = {
        "Identifiant ou ancien email": anne.identifier,
        "Nom": "Pierre",
        "Prénom": "Anne",
        "Nouvel email": NEW_MAILBOX,
        "Confirmation nouvel email": NEW_MAILBOX,
        "Téléphone": "05 56 00 00 00",
        "Que s'est-il passé ?": "J'ai changé d'établissement en septembre.",
    }
    page = send(portal.browser().get("/connexion/oubli/boite-mail"), answers)
    with portal.db.writing() as session:
        review = portal.find(IReviews).by_reference(session, wizard.reference_on(page))
        kept = frozenset({"identity_checked"})
        portal.find(IReviews).decide(session, review.id, accept=True, by=support.subject, kept=kept)
    return NEW_MAILBOX


@pytest.mark.parametrize(
    "act",
    [sign_in_code, invitation, follow_up, confirmation, more_asked, reset, new_mailbox],
    ids=lambda act: act.__name__,
)
def test_no_live_secret_is_readable_before_or_after_sending(portal: Portal, act: Callable[[Portal], str]) -> None:
    to = act(portal)
    waiting = dump(portal)
    secrets = secrets_of(portal.emails(to)[-1])
    sent = dump(portal)
    assert secrets, "the letter opens something, or this test shows nothing"
    for moment in (waiting, sent):
        for secret in secrets:
            # Six figures may stand in a longer number by chance.
            assert re.search(rf"(?<![0-9a-fA-F.:-]){re.escape(secret)}(?![0-9a-fA-F])", moment) is None
            assert secret.replace("-", "") not in moment or secret.isdecimal()
    with portal.db.reading() as session:
        assert not session.scalars(select(Delivery.content).where(Delivery.content.is_not(None))).all()


def test_no_password_is_readable(portal: Portal) -> None:
    anne = portal.person()
    assert anne.password not in dump(portal)

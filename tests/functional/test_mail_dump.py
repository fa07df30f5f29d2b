"""Whoever steals the database, at any moment, reads no code, token, link or address of a letter in it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sqlalchemy import MetaData, select

from esea_auth_plugin.interfaces import IInvitations
from esea_auth_plugin.testing.pages import send
from esea_auth_plugin.testing.portal import Portal


def dump(portal: Portal) -> str:
    """Return every value of every table, as text."""
    metadata = MetaData()
    metadata.reflect(portal.db.engine)
    with portal.db.engine.connect() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(str(value) for row in rows for value in row)


def test_no_live_secret_is_readable_before_or_after_sending(portal: Portal) -> None:
    person = portal.person()
    invited = "zoe.invitee@chu.example.fr"
    with portal.db.writing() as session:
        portal.find(IInvitations).invite(session, invited, "support", by="cli")
    page = portal.app.get("/connexion/otp").maybe_follow()
    send(page, {"Identifiant ou email": person.identifier, "Mot de passe": person.password})
    waiting = dump(portal)
    letters = portal.letters()
    sent = dump(portal)
    secrets = {segment for letter in letters for link in letter.links for segment in urlsplit(link).path.split("/")}
    secrets = {segment for segment in secrets if len(segment) >= 22}
    code = next(letter for letter in letters if letter.to == person.email).code
    assert len(secrets) == 1, "the invitation's token"
    for moment in (waiting, sent):
        for secret in secrets:
            assert secret not in moment
        assert re.search(rf"(?<![0-9a-fA-F.:-]){code}(?![0-9a-fA-F])", moment) is None
        assert person.password not in moment
    outbox = [line for line in sent.splitlines() if line.startswith("s1.")]
    assert not [line for line in outbox if len(line) > 2_000], "no body is left once it is sent"

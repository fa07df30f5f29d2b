"""What an email looks like when it arrives."""

from __future__ import annotations

from datetime import date, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from esea_auth_plugin.foundation.mail.content import open_values, seal_values
from esea_auth_plugin.foundation.mail.declared import UnknownEmail
from esea_auth_plugin.foundation.mail.message import build
from esea_auth_plugin.foundation.mail.models import Delivery
from esea_auth_plugin.foundation.mail.rendering import EmailRenderer, Rendered
from esea_auth_plugin.foundation.mail.transport import SmtpTransport
from esea_auth_plugin.interfaces import IMailWorker, IOutbox, ISealer
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT


def test_both_parts_carry_the_layout_and_escape_each_in_its_way(registry: Any) -> None:
    letter = find(registry, EmailRenderer).render("test.welcome", {"name": "<b>Zoé & ${7*7} {{ 7 }}</b>", "token": "t"})
    assert letter.subject == "Bienvenue <b>Zoé & ${7*7} {{ 7 }}</b>"
    assert "Bonjour <b>Zoé & ${7*7} {{ 7 }}</b>" in letter.text
    assert "<h1>Bonjour &lt;b&gt;Zoé &amp; ${7*7} {{ 7 }}&lt;/b&gt;</h1>" in letter.html
    assert "<td>&lt;b&gt;Zoé" in letter.html
    assert "Confirmer :\nhttp://localhost/a/t" in letter.text
    assert letter.html.count('href="http://localhost/a/t"') == 2
    for part in (letter.text, letter.html):
        assert "Portail d&#39;essai" in part or "Portail d'essai" in part
        assert "support@esea-na.fr" in part


def test_a_missing_value_is_an_error(registry: Any) -> None:
    with pytest.raises(UndefinedError):
        find(registry, EmailRenderer).render("test.welcome", {"name": "Anne"})


def test_an_unknown_letter_is_refused_when_posted(registry: Any, database: Any) -> None:
    with pytest.raises(UnknownEmail, match=r"known: .*test\.welcome"), database.writing() as session:
        find(registry, IOutbox).post(session, "test.nothing", to="a@b.fr", values={})


def test_headers_say_that_a_machine_writes_in_french() -> None:
    mail = build(
        Rendered("Élan", "Bonjour\n", "<p>Bonjour</p>"),
        sender="no@esea-na.fr",
        sender_name="Portail, « ESEA »",
        recipient="a@b.fr",
        message_id="<1@esea-na.fr>",
        at=DEFAULT_MOMENT,
    )
    assert mail["From"].addresses[0].display_name == "Portail, « ESEA »"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr"
    assert mail["Message-ID"] == "<1@esea-na.fr>"
    assert mail["Date"].datetime == DEFAULT_MOMENT
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert all(len(line) <= 78 for line in mail.as_bytes().splitlines())


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=200))
@example("Votre demande d’accès DEM-E6CC-YNZZ est bien reçue")
def test_whatever_a_subject_says_it_is_read_as_it_was_written(subject: str) -> None:
    """As the libraries of mail programs read it, on every version of Python: 3.13.0 folds a space too many."""
    letter = Rendered(subject, "Bonjour\n", "<p>Bonjour</p>")
    written = build(
        letter,
        sender="no@esea-na.fr",
        sender_name="Portail",
        recipient="a@b.fr",
        message_id="<1@esea-na.fr>",
        at=DEFAULT_MOMENT,
    )
    sent = written.as_bytes()
    assert str(message_from_bytes(sent, policy=default)["Subject"]).split() == subject.split()
    assert all(len(line) <= 78 for line in sent.splitlines() if not subject.isascii())


def test_days_and_moments_come_back_as_they_were(registry: Any) -> None:
    sealer = find(registry, ISealer)
    values = {"day": date(2026, 6, 18), "moment": DEFAULT_MOMENT, "list": [{"at": DEFAULT_MOMENT}], "n": 1}
    back = open_values(sealer, seal_values(sealer, values, row="r"), row="r")
    assert back == values
    assert isinstance(back["moment"], datetime)
    with pytest.raises(TypeError):
        seal_values(sealer, {"x": object()}, row="r")


def test_it_reaches_a_real_server(registry: Any, database: Any, kept: Any, smtp: Any) -> None:
    real = find(registry, SmtpTransport)
    kept.send = real.send
    with database.writing() as session:
        find(registry, IOutbox).post(session, "test.welcome", to="zoe@b.fr", values={"name": "Zoé", "token": "t"})
    assert find(registry, IMailWorker).deliver_due() == 1
    letter = smtp.wait("zoe@b.fr")
    assert letter.subject == "Bienvenue Zoé"
    assert letter.links[0] == "http://localhost/a/t"
    assert letter.sender == "ne-pas-repondre@esea-na.fr"
    smtp.refuse = "550 nobody here"
    with database.writing() as session:
        row = find(registry, IOutbox).post(session, "test.welcome", to="no@b.fr", values={"name": "X", "token": "t"})
    assert find(registry, IMailWorker).deliver_due() == 0
    with database.reading() as session:
        assert session.get_one(Delivery, row).state == "given_up"

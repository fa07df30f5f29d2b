"""What forms say comes through catalogues: complete, compiled, and replaced by a host's without touching the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import colander
import pytest
from babel.messages.pofile import read_po
from pyramid.config import Configurator
from pyramid.interfaces import ICSRFStoragePolicy
from pyramid.testing import DummyRequest
from tools.words import DISTRIBUTIONS, compiled, said, source, template
from webob.multidict import MultiDict

from esea_auth_plugin.foundation.forms import Invalid, PhoneNode, PortalForm, TextNode
from esea_auth_plugin.foundation.forms.messages import translate

HOST_PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Téléphone"
msgstr "N° d'appel"

msgid "Saisissez au moins ${least} caractères."
msgstr "Encore un peu : ${least} lettres au moins."
"""


class Csrf:
    def get_csrf_token(self, request: Any) -> str:
        return "jeton"


class Asked(colander.MappingSchema):
    phone = PhoneNode(title="Téléphone")
    motive = TextNode(title="Motif", min_length=10)


def request_of(*words: str) -> Any:
    config = Configurator()
    config.include("esea_auth_plugin.directives")
    config.add_view_deriver("esea_auth_plugin.foundation.web.host_isolation.host_isolation_deriver")
    config.include("esea_auth_plugin.foundation.layout")
    config.include("esea_auth_plugin.foundation.forms")
    for package in words:
        config.add_words(package)
    config.commit()
    config.registry.registerUtility(Csrf(), ICSRFStoragePolicy)
    request = DummyRequest()
    request.registry = config.registry
    return request


def refused(request: Any) -> Invalid:
    request.POST = MultiDict([("phone", ""), ("motive", "Court")])
    with pytest.raises(Invalid) as caught:
        PortalForm(Asked, request).validate()
    return caught.value


def test_colander_s_messages_are_said_in_our_french() -> None:
    assert refused(request_of()).errors == {
        "phone": "Ce champ est obligatoire.",
        "motive": "Saisissez au moins 10 caractères.",
    }


def test_every_message_of_colander_that_people_may_read_has_a_sentence() -> None:
    request = request_of()
    theirs = Path(colander.__file__).parent / "locale" / "fr" / "LC_MESSAGES" / "colander.po"
    with theirs.open("rb") as stream:
        empty = [message for message in read_po(stream) if message.id and not message.string]
    for message in empty:
        if "URI" not in str(message.id):  # said to programmers only
            said_now = translate(request, colander._(message.id))
            assert said_now != message.id, message.id


def test_a_host_replaces_labels_and_sentences_by_a_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "other_words" / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (tmp_path / "other_words" / "__init__.py").write_text("")
    (folder / "esea_auth_plugin.po").write_text(HOST_PO, encoding="utf-8")
    (folder / "esea_auth_plugin.mo").write_bytes(compiled(folder / "esea_auth_plugin.po"))
    monkeypatch.syspath_prepend(str(tmp_path))
    invalid = refused(request_of("other_words"))
    assert invalid.errors["motive"] == "Encore un peu : 10 lettres au moins."
    assert "d&#39;appel" in str(invalid.form_html) and "Téléphone" not in str(invalid.form_html)
    assert "Téléphone" in str(refused(request_of()).form_html), "elsewhere nothing has changed"


def test_an_address_never_changes_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    request = request_of()
    request.params["_LOCALE_"] = "en"
    request.cookies["_LOCALE_"] = "en"
    assert refused(request).errors["phone"] == "Ce champ est obligatoire."


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_compiled_catalogues_are_those_of_their_sources(name: str) -> None:
    """`make words` writes them again."""
    for path in (source(name) / "locale").rglob("*.po"):
        assert path.with_suffix(".mo").read_bytes() == compiled(path), path


def test_the_list_of_sentences_holds_what_the_forms_room_says() -> None:
    import ast

    listed = (source("esea_auth_plugin") / "locale" / "esea_auth_plugin.pot").read_bytes()
    fresh = template("esea_auth_plugin")
    for path in (source("esea_auth_plugin") / "forms").glob("*.py"):
        for _, sentence in said(ast.parse(path.read_text(encoding="utf-8"))):
            first = sentence.replace('"', '\\"')[:40].encode()
            assert first in fresh and first in listed, f"run `make words`: {sentence}"

"""A package of mail with one email, and a transport that keeps what it is given."""

from __future__ import annotations

import threading
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from esea_auth_plugin.interfaces import IMailTransport

LETTER = {
    "subject.txt.jinja2": "Bienvenue {{ name }}",
    "text.txt.jinja2": (
        "{% extends letter_layout %}{% block content %}Bonjour {{ name }},\n"
        "{{ part.button(link('/a/' ~ token), 'Confirmer') }}\n{{ part.code('123 456') }}{% endblock %}"
    ),
    "html.jinja2": (
        "{% extends letter_layout %}{% block content %}<h1>Bonjour {{ name }}</h1>"
        "{{ part.button(link('/a/' ~ token), 'Confirmer') }}{{ part.facts(('Nom', name)) }}{% endblock %}"
    ),
}


class Kept:
    """A transport that keeps mails, or fails as it is told."""

    def __init__(self) -> None:
        self.mails: list[tuple[EmailMessage, str, str]] = []
        self.fails_with: Exception | None = None
        self.during: Callable[[], object] = lambda: None
        self.lock = threading.Lock()

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Keep one mail."""
        self.during()
        if self.fails_with is not None:
            raise self.fails_with
        with self.lock:
            self.mails.append((message, sender, recipient))


@pytest.fixture
def kept() -> Kept:
    """The transport of the test."""
    return Kept()


@pytest.fixture
def with_mail(package: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """``registry = with_mail(*more)``: mail, jobs and audit, with the email ``test.welcome``."""
    folder = tmp_path / "emails_of_test"
    (folder / "welcome").mkdir(parents=True)
    (folder / "__init__.py").touch()
    for name, text in LETTER.items():
        (folder / "welcome" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)

    def emails(config: Any) -> None:
        config.add_email("test.welcome", "emails_of_test:welcome")

    packages = (
        "esea_auth_plugin.foundation.jobs",
        "esea_auth_plugin.foundation.audit",
        "esea_auth_plugin.foundation.mail",
    )
    return lambda *more: package(*packages, emails, *more)


@pytest.fixture
def registry(with_mail: Callable[..., Any], kept: Kept) -> Any:
    """A portal whose mails are kept by the test."""
    return with_mail(lambda config: config.add_service(IMailTransport, lambda registry: kept))


@pytest.fixture
def by_smtp(with_mail: Callable[..., Any], smtp: Any) -> Any:
    """A portal that sends its mails to the server of the test."""
    return with_mail()

"""From nothing to the first approval: an empty PostgreSQL, the shipped production.ini, nobody but who is invited."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyramid.paster import get_app
from tests.passkeys import sign_in_with
from webtest import TestApp

from esea_auth_plugin.foundation.shutdown import give_back
from esea_auth_plugin.testing import databases
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.authenticator import Authenticator
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import PASSWORD
from esea_auth_plugin.testing.processes import Helper, execute
from esea_auth_plugin.testing.smtp import SmtpSink

CONFIG = Path(__file__).parents[2] / "config"
ADMIN = Path(sys.executable).parent / "esea-admin"
REVIEWER = "sophie.martin@support.example.fr"
HOST = "portail.exemple.fr"


@pytest.fixture
def production(tmp_path: Path, smtp: SmtpSink) -> Path:
    """production.ini as an operator leaves it: secrets in files, and this run's mail server."""
    url = databases.empty("postgresql", "production")
    (tmp_path / "database_url").write_text(url)
    (tmp_path / "mail_password").write_text("not-asked-for")
    (tmp_path / "psc_client_secret").write_text("given-by-the-ans")
    for secret in tmp_path.iterdir():
        secret.chmod(0o600)
    ours = {
        "portal.mail_host": smtp.host,
        "portal.mail_port": str(smtp.port),
        "portal.mail_tls": "none",  # the sink speaks no TLS; the SMTP tests of the mail package do
        "portal.mail_user": "",
        "portal.audit_head_file": str(tmp_path / "audit-heads"),
    }
    source = (CONFIG / "production.ini").read_text(encoding="utf-8")
    source = source.replace("/etc/portail/secrets", str(tmp_path))
    for key, value in ours.items():
        source, changed = re.subn(rf"^{re.escape(key)} = .*$", f"{key} = {value}", source, flags=re.MULTILINE)
        assert changed == 1, f"production.ini does not set {key}"
    # Its relative names are relative to its folder, from where the units start the portal.
    source = re.sub(r"^esea_auth\.services = ", rf"\g<0>{CONFIG}/", source, flags=re.MULTILINE)
    ini = tmp_path / "production.ini"
    ini.write_text(source, encoding="utf-8")
    return ini


def admin(ini: Path, *command: str) -> str:
    """Run ``esea-admin`` as an operator does."""
    return execute([ADMIN, ini, *command], cwd=ini.parent).stdout


@contextmanager
def worker(ini: Path) -> Iterator[None]:
    """The worker of the systemd unit, as a process of its own."""
    log = ini.parent / "worker.log"
    with Helper([ADMIN, ini, "worker"], cwd=ini.parent, log=log) as process:
        yield
        assert process.stop() == 0, log.read_text()


@contextmanager
def portal(ini: Path) -> Iterator[Any]:
    """The application of the ini file, in this process."""
    app = get_app(str(ini))
    try:
        yield app
    finally:
        give_back(app.registry)


def browser(app: Any) -> TestApp:
    """A browser that came through nginx, over TLS."""
    return TestApp(app, extra_environ={"HTTP_HOST": HOST, "wsgi.url_scheme": "https", "REMOTE_ADDR": "127.0.0.1"})


def accept_invitation(support: TestApp, link: str) -> None:
    """Open the mailed link and choose identifier and password."""
    page = support.get(link.removeprefix(f"https://{HOST}")).maybe_follow()
    assert link.rsplit("/", 1)[1] not in page.request.url, "the token stays in the address"
    chosen = {
        "Civilité": "Madame",
        "Nom": "Martin",
        "Prénom": "Sophie",
        "Identifiant": "sophie.martin",
        "Mot de passe": PASSWORD,
        "Confirmez votre mot de passe": PASSWORD,
        "Conditions d’Utilisation": "J’accepte les Conditions d’Utilisation",
    }
    page = send(page, chosen, "Ouvrir mon compte").follow()
    assert "Votre compte est ouvert" in text(page)


def sign_in(support: TestApp, smtp: SmtpSink) -> None:
    """Sign in by password and mailed code."""
    page = support.get("/connexion/otp")
    page = send(page, {"Identifiant ou email": "sophie.martin", "Mot de passe": PASSWORD}).maybe_follow()
    code = smtp.wait(REVIEWER, subject="code").code
    send(page, {"Code reçu par courriel": code}).follow()


def add_passkey(support: TestApp, smtp: SmtpSink) -> Authenticator:
    """Add a key, confirm it by the mailed link, and return its device: a mailed code does not open the desk."""
    refused = support.get("/support", status=403)
    page = press(refused.click("Ajouter un dispositif"), "Ajouter une clé d’accès").follow()
    form = next(form for form in page.forms.values() if "credential" in form.fields)
    device = Authenticator(f"https://{HOST}")
    form["credential"] = device.create(json.loads(page.html.select_one("[data-passkey]")["data-options"]))
    form.submit().follow()
    (link,) = [link for link in smtp.wait(REVIEWER, subject="Confirmez").links if "/confirmation/" in link]
    press(support.get(link.removeprefix(f"https://{HOST}")).follow(), "Confirmer ce dispositif")
    return device


def reviewer_opens_an_account_and_accepts_the_first_sign_up(app: Any, smtp: SmtpSink, link: str) -> None:
    support = browser(app)
    accept_invitation(support, link)
    sign_in(support, smtp)
    sign_in_with(support, add_passkey(support, smtp), recent="1")

    wizard.sign_up(browser(app), "espace-pro")
    smtp.wait(wizard.EMAIL)
    queue = support.get("/support/inscriptions")
    assert "Anne Pierre" in text(queue)
    page = press(queue.click("Anne Pierre", index=0), "Accepter la demande").follow()
    assert "Acceptée" in text(page)
    confirmation = smtp.wait(wizard.EMAIL, subject="onfirm")
    assert any("/inscription/confirmation/" in link for link in confirmation.links)


def test_an_empty_portal_reaches_its_first_approval(production: Path, smtp: SmtpSink) -> None:
    """Five processes, real argon2, a database migrated from nothing."""
    admin(production, "keys", "new")
    admin(production, "audit", "new-head-key")
    admin(production, "migrate")
    admin(production, "account", "invite", REVIEWER, "--role", "support")
    with worker(production):
        invitation = smtp.wait(REVIEWER)
        with portal(production) as app:
            reviewer_opens_an_account_and_accepts_the_first_sign_up(app, smtp, invitation.links[0])

"""The portal as an operator runs it: production.ini, gunicorn by the words of its unit, the worker as a process."""

from __future__ import annotations

import re
import shlex
import ssl
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import AuthResult, LoginPassword

from esea_auth_plugin.foundation.security.signing import create_signing_key
from esea_auth_plugin.testing import databases, ports
from esea_auth_plugin.testing.processes import Helper, execute, listens
from esea_auth_plugin.testing.smtp import SmtpSink
from host_app.demo.tls import Location

CONFIG = Path(__file__).parents[2] / "config"
BIN = Path(sys.executable).parent
MAIL_USER, MAIL_PASSWORD = "portail", "mot-de-passe-du-relais"


class MailServer(SmtpSink):
    """A mail server that speaks to nobody in clear, and to nobody whom it does not know."""

    host = "localhost"

    def __init__(self, certificate: Path, key: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.came_over: list[str] = []
        super().__init__(
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            auth_require_tls=True,
            authenticator=self._judge,
        )

    def _judge(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (
            MAIL_USER.encode(),
            MAIL_PASSWORD.encode(),
        )
        if right:
            self.came_over.append(session.ssl["cipher"][1])
        return AuthResult(success=right)


@dataclass(frozen=True)
class Production:
    """A running portal. ``place`` is nginx's; ``authority`` signed its certificate and the mail server's."""

    place: Location
    authority: Path
    cards: Path
    ini: Path
    mail: MailServer

    @property
    def url(self) -> str:
        """The portal's origin."""
        return self.place.portal_url

    def logs(self) -> dict[str, str]:
        """Return what every process logged so far, by file."""
        files = [*(self.place.folder / "log").iterdir(), *self.ini.parent.glob("*.log")]
        return {file.name: file.read_text(encoding="utf-8", errors="replace") for file in files}

    def admin(self, *command: str) -> str:
        """Run ``esea-admin``."""
        return admin(self.ini, *command)


def admin(ini: Path, *command: str) -> str:
    """Run ``esea-admin`` as an operator does; a test fails with what it said."""
    return execute([BIN / "esea-admin", ini, *command], cwd=ini.parent).stdout


def write_ini(folder: Path, place: Location, mail: MailServer) -> Path:
    """Write production.ini as an operator leaves it: secrets in files, their names and this run's mail server."""
    text = (CONFIG / "production.ini").read_text(encoding="utf-8")
    # Whatever it refers to is there, as on a real server; the keys are made by `keys new`.
    for name in set(re.findall(r"file:/etc/portail/secrets/([\w-]+)", text)) - {"keys"}:
        (folder / name).write_text("secret-d-essai-0123456789-abcdefghij")
    (folder / "database_url").write_text(databases.empty("postgresql", "interop"))
    (folder / "mail_password").write_text(MAIL_PASSWORD)
    (folder / "audit_head_key").unlink()
    create_signing_key(folder / "audit_head_key")
    for secret in folder.iterdir():
        if secret.is_file():
            secret.chmod(0o600)
    text = text.replace("/etc/portail/secrets", str(folder))
    ours = {
        "portal.url": place.portal_url,
        "portal.mail_host": mail.host,
        "portal.mail_port": str(mail.port),
        "portal.mail_tls": "starttls",
        "portal.mail_user": MAIL_USER,
        "portal.audit_head_file": str(folder / "audit-heads"),
    }
    for key, value in ours.items():
        text, changed = re.subn(rf"^{re.escape(key)} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
        assert changed == 1, f"production.ini does not set {key}"
    text = re.sub(r"^esea_auth\.services = ", rf"\g<0>{CONFIG}/", text, flags=re.MULTILINE)
    ini = folder / "production.ini"
    ini.write_text(text, encoding="utf-8")
    return ini


def gunicorn_words(ini: Path, upstream: str) -> list[str]:
    """Return the command of the shipped unit, with this run's file, port and two workers instead of four."""
    unit = (CONFIG / "systemd" / "portail.service").read_text(encoding="utf-8")
    command = unit.partition("ExecStart=")[2].replace("\\\n", " ").partition("\n")[0]
    changes = {"/opt/portail/venv/bin": str(BIN), "/etc/portail/production.ini": str(ini), "127.0.0.1:6543": upstream}
    for old, new in changes.items():
        assert old in command, f"the unit does not say {old}"
        command = command.replace(old, new)
    return shlex.split(command.replace("--workers 4", "--workers 2"))


def running(ini: Path, name: str, words: list[str], authority: Path, *, port: int | None = None) -> Helper:
    """``with running(…)`` runs a process beside the ini file, which trusts this run's authority alone.

    It logs to ``NAME.log``.

    :param port: where it listens once it is ready.
    """
    environment = {"SSL_CERT_FILE": str(authority), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    ready = None if port is None else listens(port)
    return Helper(words, ready=ready, cwd=ini.parent, env=environment, log=ini.parent / f"{name}.log")


def place_of(folder: Path) -> Location:
    """Return where this run's nginx and gunicorn listen."""
    return Location(folder, ports.lease(), f"127.0.0.1:{ports.lease()}")

"""A small portal in an ini file, for the command line: foundation packages and accounts, without any page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyramid.config import Configurator

from esea_auth_plugin import cli
from esea_auth_plugin.authentication.access.roles import Roles
from esea_auth_plugin.authentication.access.top_level import top_level_deriver
from esea_auth_plugin.interfaces import IInvitations, IOutbox, IRoles
from esea_auth_plugin.services import find
from esea_auth_plugin.settings import AuthSettings, read_section
from esea_auth_plugin.testing.smtp import SmtpSink

Run = Callable[..., tuple[int, str, str]]

INI = """\
[app:main]
use = call:{factory}
portal.env = development
portal.url = http://localhost
portal.database_url = sqlite:///{folder}/portal.sqlite
portal.secret_keys = file:{folder}/keys
portal.mail_host = 127.0.0.1
portal.mail_port = {port}
portal.mail_tls = none
esea_auth.services = services.ini
"""

_PACKAGES = (
    "directives",
    "settings",
    "foundation.database",
    "foundation.migrations",
    "foundation.security",
    "foundation.jobs",
    "foundation.single_use",
    "foundation.audit",
    "foundation.throttling",
    "foundation.mail",
)


class Invitations:
    """What the sign-up package does, as far as the command line sees it."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def invite(self, session: Any, email: str, role: str, *, by: str, scope: str = "*") -> str:
        """Mail one email."""
        values = {"name": f"{role} {by}", "token": "t"}
        find(self._registry, IOutbox).post(session, "cli.invitation", to=email, values=values)
        return "subject"


def application(global_config: dict[str, str], **settings: str) -> Any:
    """PasteDeploy's factory of the small portal."""
    config = Configurator(settings={"__file__": global_config["__file__"], **settings})
    for package in _PACKAGES:
        config.include(f"esea_auth_plugin.{package}")
    read_section(config, AuthSettings, "esea_auth.")
    # The pages of the accounts declare it; the package that it belongs to is left out here.
    config.add_view_deriver(top_level_deriver, "top_level", under="secured_view", over="owrapped_view")
    config.include("esea_auth_plugin.accounts")
    config.add_service(IRoles, Roles)
    config.add_service(IInvitations, Invitations)
    config.add_role("support", "Support")
    config.add_audit_action("role.given", "Rôle attribué")
    config.add_audit_action("role.withdrawn", "Rôle retiré")
    config.add_email("cli.invitation", "letters_of_cli:invitation")
    config.add_migrations("esea_auth", "esea_auth_plugin.foundation")
    return config.make_wsgi_app()


@pytest.fixture
def folder(tmp_path: Path, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the portal lies; its key file and database are not there yet."""
    letter = tmp_path / "letters_of_cli" / "invitation"
    letter.mkdir(parents=True)
    (letter.parent / "__init__.py").touch()
    for name in ("subject.txt", "text.txt", "html"):
        (letter / f"{name}.jinja2").write_text("{{ name }}")
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "portal.ini").write_text(INI.format(folder=tmp_path, port=smtp.port, factory=f"{__name__}:application"))
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """``status, printed, told = run("migrate")``: one command on the small portal."""

    def command(*arguments: str, config: str = "") -> tuple[int, str, str]:
        status = cli.main([config or str(folder / "portal.ini"), *arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return command


@pytest.fixture
def portal_run(run: Run) -> Run:
    """The same, keys made and database migrated."""
    assert run("keys", "new")[0] == 0
    assert run("migrate")[0] == 0
    return run

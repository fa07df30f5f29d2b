"""The tutorial's files and commands bring a portal up: everything but what needs the network or never ends."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pyramid.paster import get_app
from tests.docs.samples import install, samples, write_files
from webtest import TestApp

from esea_auth_plugin.foundation.shutdown import give_back
from esea_auth_plugin.testing.processes import execute
from esea_auth_plugin.testing.smtp import SmtpSink

PAGE = "tutorial.md"
#: First words of commands that install, need the network, or run until they are stopped.
LEFT_OUT = ("make", "mkdir", "python3", "pip", "python", "pserve")


def commands() -> list[list[str]]:
    """Return the commands of the console blocks that are run here."""
    lines = [line for sample in samples(PAGE, "console") for line in sample.text.splitlines()]
    assert all(line.startswith("$ ") for line in lines), "a console block of the tutorial holds commands only"
    found = [shlex.split(line.removeprefix("$ ")) for line in lines]
    return [command for command in found if command[0] not in LEFT_OUT]


def test_the_commands_of_the_tutorial_bring_a_portal_up(
    tmp_path: Path, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(PAGE, tmp_path)
    install(tmp_path)
    ini = tmp_path / "portal.ini"
    ini.write_text(ini.read_text(encoding="utf-8").replace("mail_port = 1025", f"mail_port = {smtp.port}"))
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}

    outputs = [execute(command, cwd=tmp_path, env=environment).stdout for command in commands()]
    assert any("invited chef.support@exemple.fr as support" in output for output in outputs)
    assert any(line.split()[:2] == ["passkey", "enabled"] for output in outputs for line in output.splitlines())
    invitation = smtp.emails("chef.support@exemple.fr")[-1]

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    application = get_app(str(ini))
    try:
        browser = TestApp(application, extra_environ={"HTTP_HOST": "localhost:6543"})
        assert "Se connecter" in browser.get("/").text
        link = urlsplit(next(each for each in invitation.links if "localhost" in each))
        page = browser.get(link.path, params=link.query).maybe_follow()
        assert "mot de passe" in page.text
    finally:
        give_back(application.registry)
        del sys.modules["my_portal"]

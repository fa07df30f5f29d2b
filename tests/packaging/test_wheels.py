"""The three wheels carry all they need: built, installed into an empty environment, a page served from there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
from tests.packaging.sources import DISTRIBUTIONS, ROOT, package

from esea_auth_plugin.testing import run

#: Files of the packages that are no code and without which a page, a letter or a migration fails.
CARGO = {
    ".jinja2",
    ".css",
    ".js",
    ".svg",
    ".txt",
    ".json",
    ".csv",
    ".geojson",
    ".mako",
    ".ini",
    ".mo",
    ".po",
    ".pot",
    ".woff2",
    ".png",
}


def execute(*command: str | Path, cwd: Path, timeout: float = 240) -> str:
    """Run a program and return what it printed; a failed test shows all of it."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=clean, capture_output=True, text=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, f"{command[0]}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def wheels() -> dict[str, Path]:
    """The wheels, built once a run from a copy of the sources, so that no build folder is left in them."""
    with run.locked("wheels") as folder:
        if not folder.exists():
            building = folder.with_suffix(".building")
            for name in DISTRIBUTIONS:
                source = building / name
                ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
                shutil.copytree(ROOT / name, source, ignore=ignored)
                build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", building / "dist")
                execute(*build, source, cwd=building)
            (building / "dist").rename(folder)
    return {name: next(folder.glob(f"{name}-*.whl")) for name in DISTRIBUTIONS}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_wheel_carries_all_files_of_its_package(name: str, wheels: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheels[name]) as wheel:
        inside = set(wheel.namelist())
    folder = package(name)
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    wanted = {f"{name}/{path.relative_to(folder)}" for path in files if path.suffix in CARGO | {".py"}}
    assert wanted <= inside, f"left out: {sorted(wanted - inside)}"
    assert f"{name}/py.typed" in inside
    assert any(path.suffix == ".jinja2" for path in files)


def test_a_wheel_says_what_it_needs_and_its_readme_is_inside(wheels: dict[str, Path]) -> None:
    for name, path in wheels.items():
        with zipfile.ZipFile(path) as wheel:
            file = next(each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
            metadata = HeaderParser().parsestr(wheel.read(file).decode())
        assert metadata["Requires-Python"] == ">=3.11"
        assert metadata["License-Expression"] == "AGPL-3.0-or-later"
        assert len(metadata.get_payload()) > 800, f"the README of {name} does not tell an integrator how to use it"


def test_the_wheels_serve_a_page_from_an_empty_environment(wheels: dict[str, Path], tmp_path: Path) -> None:
    """Makes an environment with every run-time dependency, and starts a portal in it."""
    environment = tmp_path / "environment"
    execute(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    uv = Path(sys.executable).parent / "uv"
    lock = ("--require-hashes", "-r", ROOT / "requirements.txt")
    execute(uv, "pip", "install", "--quiet", "--python", python, *lock, cwd=tmp_path, timeout=500)
    execute(uv, "pip", "install", "--quiet", "--python", python, "--no-deps", *wheels.values(), cwd=tmp_path)

    (tmp_path / "services.ini").write_text((ROOT / "config" / "services.ini").read_text(encoding="utf-8"))
    (tmp_path / "portal.ini").write_text(_INI)
    admin = environment / "bin" / "esea-admin"
    execute(admin, "portal.ini", "keys", "new", cwd=tmp_path)
    execute(admin, "portal.ini", "migrate", cwd=tmp_path)
    page = execute(python, "-c", _GET, cwd=tmp_path)
    assert page.startswith("200 OK")
    assert "Se connecter" in page
    assert str(environment) in page.splitlines()[1], "the page was served from somewhere else than the wheels"


_INI = """\
[app:main]
use = egg:host-app
portal.env = development
portal.name = Portail depuis les roues
portal.url = http://localhost:6543
portal.plugins = esea_auth oru_espace_pro
portal.database_url = sqlite:///portal.sqlite
portal.secret_keys = file:keys
portal.mail_tls = none
esea_auth.services = services.ini
"""

_GET = textwrap.dedent("""
    import host_app
    from plaster import get_loader
    from webob import Request

    app = get_loader("portal.ini", protocols=["wsgi"]).get_wsgi_app()
    response = Request.blank("/", base_url="http://localhost:6543").get_response(app)
    print(response.status)
    print(host_app.__file__)
    print(response.text)
""")

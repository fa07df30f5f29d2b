"""Sdists and wheels carry all they need: built, installed beside what they declare alone, a page served."""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
import textwrap
import zipfile
from email.parser import HeaderParser
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.packaging.sources import DISTRIBUTIONS, ROOT, package, tracked

from esea_auth_plugin.testing import run
from esea_auth_plugin.testing.processes import execute

#: Files of the packages that are no code and without which a page, an email or a migration fails.
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


def run_clean(*command: str | Path, cwd: Path) -> str:
    """Run a program without this environment's variables; return what it printed."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return execute(command, cwd=cwd, env=clean, seconds=300).stdout


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of what was built, once a run, from a copy of the sources, so that no build folder is left in them.

    ``tree/`` holds the wheels built from the sources, ``sdist/`` the sdists and the wheels built from these.
    """
    with run.locked("wheels") as folder:
        if not folder.exists():
            building = folder.with_suffix(".building")
            build = (sys.executable, "-m", "build", "--no-isolation", "--outdir")
            for name in DISTRIBUTIONS:
                source = building / name
                ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
                shutil.copytree(ROOT / name, source, ignore=ignored)
                run_clean(*build, building / "dist" / "sdist", source, cwd=building)
                run_clean(*build, building / "dist" / "tree", "--wheel", source, cwd=building)
            (building / "dist").rename(folder)
    return folder


@pytest.fixture(scope="session")
def wheels(built: Path) -> dict[str, Path]:
    """The wheels that were built from the sources."""
    return {name: next(built.glob(f"tree/{name}-*.whl")) for name in DISTRIBUTIONS}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_wheel_built_from_the_sdist_is_the_wheel_built_from_the_sources(name: str, built: Path) -> None:
    contents = []
    for folder in ("tree", "sdist"):
        with zipfile.ZipFile(next(built.glob(f"{folder}/{name}-*.whl"))) as wheel:
            contents.append({each.filename: each.CRC for each in wheel.infolist()})
    assert contents[0] == contents[1]


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_licence_is_inside_the_wheel_and_the_sdist(name: str, built: Path, wheels: dict[str, Path]) -> None:
    """As text and not as a link: the file that the link leads to is outside the distribution's folder."""
    licence = (ROOT / "LICENSE").read_bytes()
    with zipfile.ZipFile(wheels[name]) as wheel:
        file = next(each for each in wheel.namelist() if each.endswith(".dist-info/licenses/LICENSE"))
        assert wheel.read(file) == licence
    with tarfile.open(next(built.glob(f"sdist/{name}-*.tar.gz"))) as sdist:
        inside = sdist.extractfile(f"{sdist.getnames()[0]}/LICENSE")
        assert inside is not None
        assert inside.read() == licence
        assert not [each.name for each in sdist.getmembers() if not each.isfile() and not each.isdir()]


def test_the_sdist_of_the_plugin_carries_the_documentation(built: Path) -> None:
    with tarfile.open(next(built.glob("sdist/esea_auth_plugin-*.tar.gz"))) as sdist:
        inside = {each.name.partition("/")[2] for each in sdist.getmembers()}
    pages = {str(path.relative_to(ROOT)) for path in tracked() if path.is_relative_to(ROOT / "docs")}
    assert pages
    assert pages <= inside, f"left out: {sorted(pages - inside)}"


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


def closure(wheels: dict[str, Path]) -> dict[str, Distribution]:
    """Return the installed distributions that the wheels declare, with those that these declare in turn."""
    found: dict[str, Distribution] = {}
    pending: list[tuple[str, frozenset[str]]] = []
    for path in wheels.values():
        with zipfile.ZipFile(path) as wheel:
            file = next(each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
            metadata = HeaderParser().parsestr(wheel.read(file).decode())
        pending += [(line, frozenset()) for line in metadata.get_all("Requires-Dist", [])]
    own = {canonicalize_name(name) for name in wheels}
    seen: set[tuple[str, str]] = set()
    while pending:
        line, extras = pending.pop()
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        wanted = requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in extras | {""}
        )
        if name in own or not wanted or (name, line) in seen:
            continue
        seen.add((name, line))
        found[name] = distribution(name)
        assert requirement.specifier.contains(found[name].version), f"{line}: {found[name].version} is installed"
        pending += [(each, frozenset(requirement.extras)) for each in found[name].requires or []]
    return found


def link(installed: Distribution, site: Path) -> None:
    """Link every file of an installed distribution into another environment's site-packages."""
    for file in installed.files or []:
        if ".." in file.parts:
            continue  # programs
        target = site / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(Path(str(file.locate())))


@pytest.fixture(scope="session")
def environment(wheels: dict[str, Path]) -> Path:
    """An environment with the wheels and the distributions that they declare, of the versions installed here.

    Linked, not installed anew: what is proven is that nothing undeclared is needed, and no index is asked for it.
    """
    with run.locked("environment") as folder:
        made = folder / "made"
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            run_clean(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
            python = folder / "bin" / "python"
            site = next(folder.glob("lib/python*/site-packages"))
            for installed in closure(wheels).values():
                link(installed, site)
            uv = Path(sys.executable).parent / "uv"
            install = (uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", python)
            run_clean(*install, *wheels.values(), cwd=folder)
            made.touch()
    return folder


def test_every_module_imports_with_what_is_declared(environment: Path, tmp_path: Path) -> None:
    told = run_clean(environment / "bin" / "python", "-W", "ignore", "-c", _IMPORT, *DISTRIBUTIONS, cwd=tmp_path)
    assert int(told.split()[-1]) > 300, "hardly any module was found"


def test_the_wheels_serve_a_page_beside_what_they_declare(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "services.ini").write_text((ROOT / "config" / "services.ini").read_text(encoding="utf-8"))
    (tmp_path / "portal.ini").write_text(_INI)
    admin = environment / "bin" / "esea-admin"
    run_clean(admin, "portal.ini", "keys", "new", cwd=tmp_path)
    run_clean(admin, "portal.ini", "migrate", cwd=tmp_path)
    page = run_clean(environment / "bin" / "python", "-c", _GET, cwd=tmp_path)
    assert page.startswith("200 OK")
    assert "Se connecter" in page
    assert str(environment) in page.splitlines()[1], "the page was served from somewhere else than the wheels"


#: Left out: what an extra brings, what only tests load, and Alembic's own script, which needs its context.
_IMPORT = textwrap.dedent("""
    import importlib, pkgutil, sys

    optional = {"esea_auth_plugin.foundation.throttling.redis_store"}
    imported = 0
    for name in sys.argv[1:]:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if module.name in optional or ".testing" in module.name or module.name.endswith((".env", "__main__")):
                continue
            importlib.import_module(module.name)
            imported += 1
    print(imported)
""")

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

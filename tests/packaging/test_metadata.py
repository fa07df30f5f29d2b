"""The metadata of the three distributions agree: version, licence, interpreters."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.packaging.sources import DISTRIBUTIONS, ROOT, tracked


def project(name: str) -> dict[str, Any]:
    """Return the [project] table of a distribution."""
    table: dict[str, Any] = tomllib.loads((ROOT / name / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


VERSION: str = project(DISTRIBUTIONS[0])["version"]


def test_the_distributions_have_one_version_and_ask_for_each_other_at_it() -> None:
    assert {project(name)["version"] for name in DISTRIBUTIONS} == {VERSION}
    own = {canonicalize_name(name) for name in DISTRIBUTIONS}
    asked = [Requirement(line) for name in DISTRIBUTIONS for line in project(name)["dependencies"]]
    among = [requirement for requirement in asked if canonicalize_name(requirement.name) in own]
    assert among
    assert {str(requirement.specifier) for requirement in among} == {f">={VERSION}"}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_version_stands_in_pyproject_toml_alone(name: str) -> None:
    """Code that needs it asks importlib.metadata; a second copy would be forgotten at the next release."""
    assigned = re.compile(rf"version\w*\s*(?::\s*\w+\s*)?=\s*[\"']{re.escape(VERSION)}[\"']", re.IGNORECASE)
    files = [path for path in tracked() if path.is_relative_to(ROOT / name) and path.suffix in {".py", ".toml", ".cfg"}]
    found = [path for path in files if assigned.search(path.read_text(encoding="utf-8"))]
    assert found == [ROOT / name / "pyproject.toml"]


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_licence_and_interpreters_are_told_alike(name: str) -> None:
    table = project(name)
    assert table["license"] == "AGPL-3.0-or-later"
    assert table["license-files"] == ["LICENSE"]
    assert (ROOT / name / "LICENSE").resolve() == ROOT / "LICENSE"
    assert not [each for each in table["classifiers"] if each.startswith("License ::")], "PEP 639 refuses them"
    assert table["keywords"]
    told = re.search(r"^PYTHONS \?= (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert told
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)", "\n".join(table["classifiers"]))
    assert named == told[1].split()
    assert table["requires-python"] == f">={named[0]}"


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_no_dependency_is_named_twice(name: str) -> None:
    names = [canonicalize_name(Requirement(line).name) for line in project(name)["dependencies"]]
    assert sorted(names) == sorted(set(names))

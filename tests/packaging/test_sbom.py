"""The bill of materials of a distribution lists what it installs, with the versions and hashes of the lock."""

from __future__ import annotations

import json
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from tests.packaging.sources import DISTRIBUTIONS, ROOT
from tools.sbom import addresses, graph_of, locked_entries, markers_of, shipped_scripts

from esea_auth_plugin.testing import run
from esea_auth_plugin.testing.processes import execute

LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
ENTRIES = locked_entries(LOCK)


def test_the_graph_holds_what_a_distribution_installs_and_no_tool_of_ours() -> None:
    graph = graph_of("host-app", set(ENTRIES), optional=False)
    assert {"esea-auth-plugin", "oru-espace-pro-plugin", "waitress", "pyramid", "cffi"} <= set(graph)
    assert "webob" in graph["pyramid"]
    assert not {"pytest", "mypy", "ruff", "hypothesis", "playwright", "uv"} & set(graph)
    assert "host-app" not in graph_of("oru-espace-pro-plugin", set(ENTRIES), optional=True)


def test_optional_parts_are_in_the_graph_only_when_they_are_asked_for() -> None:
    assert "psycopg" not in graph_of("esea-auth-plugin", set(ENTRIES), optional=False)
    assert {"psycopg", "psycopg-binary", "redis"} <= set(graph_of("esea-auth-plugin", set(ENTRIES), optional=True))


def test_the_lock_is_read_with_several_versions_of_one_package_and_their_markers() -> None:
    assert sum(map(len, ENTRIES.values())) == LOCK.count("==") - LOCK.count("== '")
    versions = 'one==1.0 ; python_version < "3.12" \\\n    --hash=sha256:00\none==2.0 ; python_version >= "3.12"\n'
    assert [entry[:8] for entry in locked_entries(versions)["one"]] == ["one==1.0", "one==2.0"]
    assert markers_of(versions) == {
        "pkg:pypi/one@1.0": 'python_version < "3.12"',
        "pkg:pypi/one@2.0": 'python_version >= "3.12"',
    }


def test_npm_packages_that_are_shipped_are_listed_and_those_of_development_are_not(tmp_path: Path) -> None:
    assert shipped_scripts(tmp_path) == []
    packages = {
        "": {"dependencies": {"@scope/charts": "1.2.3"}},
        "node_modules/@scope/charts": {"version": "1.2.3", "integrity": "sha512-AAEC", "license": "MIT"},
        "node_modules/eslint": {"version": "9.0.0", "integrity": "sha512-AAEC", "dev": True},
    }
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    (script,) = shipped_scripts(tmp_path)
    assert script["purl"] == "pkg:npm/%40scope/charts@1.2.3"
    assert script["licenses"] == [{"expression": "MIT"}]
    assert script["externalReferences"][0]["hashes"] == [{"alg": "SHA-512", "content": "000102"}]


def test_an_address_or_a_local_path_is_found() -> None:
    assert addresses('{"url": "https://index.example/simple/one/"}') == ["https://index.example/simple/one/"]
    assert addresses(f'"{ROOT}/requirements.txt"') == [str(ROOT)]
    assert addresses('{"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "purl": "pkg:pypi/one@1"}') == []


@pytest.fixture(scope="session")
def documents() -> dict[str, Any]:
    """The bills of materials that `make sbom` writes, made once a run."""
    with run.locked("sbom") as folder:
        if not folder.exists():
            ended = execute([sys.executable, "-m", "tools.sbom", folder], cwd=ROOT, seconds=300, check=False)
            if ended.status == 75:
                pytest.skip(ended.stderr)
            assert ended.status == 0, ended.stderr
    return {name: json.loads(next(folder.glob(f"{name}-*")).read_text(encoding="utf-8")) for name in DISTRIBUTIONS}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_document_lists_each_package_with_the_hashes_of_the_lock(name: str, documents: dict[str, Any]) -> None:
    document = documents[name]
    own = distribution(name)
    root = document["metadata"]["component"]
    assert (root["name"], root["version"]) == (own.name, own.version)
    assert root["licenses"][0]["license"]["id"] == "AGPL-3.0-or-later"
    listed = {component["purl"]: component for component in document["components"]}
    graph = graph_of(own.name, set(ENTRIES), optional=True)
    assert {component["name"] for component in listed.values()} == set(graph) - {own.name}
    for component in listed.values():
        for entry in ENTRIES.get(component["name"], []):
            if entry.startswith(f"{component['name']}=={component['version']} "):
                hashes = {each["content"] for each in component["externalReferences"][0]["hashes"]}
                assert hashes == {line.split(":")[1].strip(" \\") for line in entry.splitlines() if "--hash" in line}
    assert {each["ref"] for each in document["dependencies"]} == {*listed, root["bom-ref"]}

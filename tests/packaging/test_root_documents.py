"""The documents at the root name only commands and files that exist; the commit hooks need no network."""

from __future__ import annotations

import re

import pytest
from tests.packaging.sources import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_command_is_a_target_of_the_makefile(name: str) -> None:
    named = set(re.findall(r"`make\s+([a-z][a-z-]*)", (ROOT / name).read_text(encoding="utf-8")))
    assert named
    assert named <= TARGETS, f"unknown: {sorted(named - TARGETS)}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_link_leads_to_a_file_of_the_repository(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / name).read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    assert inside
    assert [link for link in inside if not (ROOT / link).exists() or ROOT not in (ROOT / link).resolve().parents] == []


def test_the_commit_hooks_run_the_checks_with_what_is_installed() -> None:
    """A hook of another repository would be fetched; `make` would fetch what a changed pyproject.toml asks for."""
    configuration = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"repo: (\S+)", configuration)) == {"local"}
    assert set(re.findall(r"language: (\S+)", configuration)) == {"system"}
    assert "entry: make --assume-old=.venv/.installed check\n" in configuration

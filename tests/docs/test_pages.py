"""The pages hold what they promise: settings that exist, citations that resolve, nothing from other sites."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from tests.docs.samples import DOCS, ROOT, pages, samples, settings_of
from tests.packaging.sources import tracked

from esea_auth_plugin.commands.line import parser
from esea_auth_plugin.options import read
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.values import SECRETS

THREATS = (DOCS / "explanation" / "threat-model.md").read_text(encoding="utf-8")
DECISIONS = (DOCS / "explanation" / "decisions.md").read_text(encoding="utf-8")
CITING = (".py", ".md", ".jinja2", ".ini", ".conf", ".js", ".css")


def _sections(portal: Portal) -> dict[str, Any]:
    """Return the classes of settings by prefix."""
    found = portal.registry.introspector.get_category("esea settings")
    return {item["introspectable"].discriminator: item["introspectable"]["class"] for item in found}


@pytest.mark.parametrize("page", [page for page in pages() if samples(page, "ini")])
def test_each_ini_sample_is_read_without_a_problem(page: str, portal: Portal) -> None:
    """By the real readers of every section; a secret can't be resolved here, so its reference alone is checked."""
    sections = _sections(portal)
    for sample in samples(page, "ini"):
        if sample.path.endswith("services.ini"):
            continue  # the catalogue is read when the portal of the guide starts
        for key, value in settings_of(sample.text).items():
            prefix = key[: key.rindex(".") + 1] if "." in key else ""
            if prefix in {"", "on_call."}:
                continue
            assert prefix in sections, f"{page}: {key} belongs to no section"
            cls = sections[prefix]
            parse = next(
                (item.metadata["parse"] for item in cls.__dataclass_fields__.values() if prefix + item.name == key),
                None,
            )
            given = {} if parse in SECRETS and value.startswith(("file:", "env:")) else {key: value}
            problems = read(cls, given or {}, prefix, where=page, env="development")[1]
            assert parse is not None, f"{page}: {key} is not a setting"
            assert not [str(problem) for problem in problems if problem.key == key and given]


@pytest.mark.parametrize("page", [page for page in pages() if samples(page, "python")])
def test_each_python_sample_is_a_file_that_a_test_runs(page: str) -> None:
    for sample in samples(page, "python"):
        ast.parse(sample.text)
        assert sample.path, f"{page}: a Python sample names no file, so nothing executes it"


def texts() -> list[tuple[Path, str]]:
    return [(path, path.read_text(encoding="utf-8")) for path in tracked() if path.suffix in CITING]


def test_each_cited_row_and_decision_exists() -> None:
    rows = {int(number) for number in re.findall(r"^### Row (\d+):", THREATS, re.MULTILINE)}
    assert rows == set(range(1, 34))
    decisions = {int(number) for number in re.findall(r"^## ADR (\d+):", DECISIONS, re.MULTILINE)}
    for path, text in texts():
        for numbers in re.findall(r"threat-model\.md,? rows? (\d+(?:(?:, | and )\d+)*)", text):
            assert {int(number) for number in re.findall(r"\d+", numbers)} <= rows, path
        for number in re.findall(r"decisions\.md, ADR (\d+)", text):
            assert int(number) in decisions, path


def test_nothing_cites_a_document_outside_the_repository() -> None:
    outside = re.compile(r"(?<![\w-])(?:house|security|identity|urgences-ror|charts|models)\.md|handbook-2026|\(house,")
    guilty = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in texts()
        if path.name not in {"CHANGES.md", "test_pages.py"}
        for match in outside.finditer(text)
    ]
    assert not guilty


def test_each_document_that_code_names_exists() -> None:
    for path, text in texts():
        if path.suffix == ".py" and "tests" not in path.parts:
            for named in re.findall(r"docs/[\w/-]+\.md", text):
                assert (ROOT / named).is_file(), f"{path}: {named}"


def test_each_link_of_a_readme_leads_to_a_file() -> None:
    """Links between pages of the site are checked by its build."""
    for path, text in texts():
        # The changelog names files by the place they had then.
        if path.suffix == ".md" and DOCS not in path.parents and path.name != "CHANGES.md":
            for target in re.findall(r"\]\(([^)\s:#]+)(?:#[^)]*)?\)", text):
                assert (path.parent / target).exists(), f"{path.relative_to(ROOT)}: {target}"


def test_each_command_line_that_a_document_shows_is_accepted_by_the_parser() -> None:
    checked = 0
    for path, text in texts():
        if path.suffix != ".md" or path.name == "CHANGES.md":
            continue
        for line in re.findall(r"(?:^(?:    |\$ | {7})|`|-- )(esea-admin [^`\n]+)", text, re.MULTILINE):
            words = shlex.split(line, comments=True)[1:]
            if words == ["--help"]:
                continue
            try:
                parser().parse_args(words)
            except SystemExit:
                pytest.fail(f"{path.relative_to(ROOT)}: « {line} » is no command")
            checked += 1
    assert checked > 30


def test_each_setting_that_a_page_names_exists(portal: Portal) -> None:
    declared = {
        prefix + name
        for prefix, cls in _sections(portal).items()
        for name, item in cls.__dataclass_fields__.items()
        if "parse" in item.metadata
    }
    #: Groups of entry points have names of the same form.
    others = {"esea_auth.auth_modes"}
    for page in pages():
        text = (DOCS / page).read_text(encoding="utf-8")
        named = set(re.findall(r"`((?:portal|reviews|esea_auth|oru_espace_pro)\.[a-z_.]+)[` =]", text))
        assert named - declared - others == set(), page


def test_the_site_asks_no_other_host_for_anything() -> None:
    """No intersphinx at build, no fonts, scripts or styles of others on the pages."""
    configuration = (DOCS / "conf.py").read_text(encoding="utf-8")
    assert "intersphinx" not in configuration
    styles = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "_static").iterdir())
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", styles)

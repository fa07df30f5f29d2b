"""Runs the tests of the scripts' modules with node's test runner, one file of tests at a time."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from esea_auth_plugin.testing.processes import execute

FILES = sorted(Path(__file__).parent.glob("*.test.mjs"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_modules_of_the_scripts(path: Path) -> None:
    if shutil.which("node") is None:
        pytest.fail("node is missing: run `make test`, which installs it or says how")
    ended = execute(["node", "--test", "--test-reporter=tap", path], check=False)
    assert ended.status == 0, ended.stdout + ended.stderr
    # The runner succeeds with a file that holds no test, too.
    assert re.search(r"^# pass [1-9]", ended.stdout, re.MULTILINE), ended.stdout


def test_every_module_is_under_test() -> None:
    modules = Path(__file__).parents[2].glob("*/src/*/static/lib/*.js")
    listed = Path(__file__).with_name("modules.mjs").read_text(encoding="utf-8")
    assert [path.name for path in modules if f"/{path.name}" not in listed] == []

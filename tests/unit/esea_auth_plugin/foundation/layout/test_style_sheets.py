"""What the linters do not check in style sheets and scripts: dark scheme, reduced motion, length of the files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import esea_auth_plugin
import oru_espace_pro_plugin

FOLDERS = [Path(package.__path__[0]) / "static" for package in (esea_auth_plugin, oru_espace_pro_plugin)]
FILES = [path for folder in FOLDERS for path in sorted(folder.rglob("*")) if path.suffix in {".css", ".js"}]

#: A camera reads QR codes: they are black on white in both schemes.
BOTH_SCHEMES = {"--qr-paper", "--qr-ink"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_colour_has_a_value_for_the_dark_scheme(folder: Path) -> None:
    sheet = (folder / "tokens.css").read_text(encoding="utf-8")
    sheet = sheet.replace("@media screen and (", "@media (")  # dark charts must not be printed
    light, dark = sheet.split("@media print")[0].split("@media (prefers-color-scheme: dark)")
    names = re.compile(r"(--[a-z0-9-]+): #")
    colours = set(names.findall(light))
    assert colours, "no colour was found"
    assert colours - BOTH_SCHEMES == set(names.findall(dark))


def test_nothing_moves_for_who_prefers_reduced_motion() -> None:
    sheet = (FOLDERS[0] / "base.css").read_text(encoding="utf-8")
    (rules,) = re.findall(r"@media \(prefers-reduced-motion: reduce\) \{(.*?)\n\}", sheet, re.DOTALL)
    for declaration in ("animation: none", "transition: none", "scroll-behavior: auto"):
        assert f"{declaration} !important;" in rules


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_style_sheet_or_script_has_400_lines_at_most(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 400

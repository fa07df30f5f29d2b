"""Settings of the Espace Pro: defaults that hold, and values that stop the start."""

from __future__ import annotations

import pytest

from esea_auth_plugin.options import read
from oru_espace_pro_plugin.settings import PREFIX, OruSettings


def test_the_defaults_are_the_handbooks_figures() -> None:
    settings, problems = read(OruSettings, {}, PREFIX, where="", env="production")
    assert problems == []
    assert settings.official_figures == {"samu": 13, "smur": 48, "su": 65}
    assert settings.official_date == "juin 2026"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("official_figures", "samu = 17"),
        ("official_figures", "samu = 13\nsmur = x\nsu = 1"),
        ("sign_in_path", "https://ailleurs.example.org/"),
        ("access_path", "//ailleurs.example.org/"),
        ("sign_up_path", "/\\ailleurs"),
        ("contact_email", "personne"),
        ("inconnu", "1"),
    ],
)
def test_what_makes_no_sense_stops_the_start_without_telling_the_value(name: str, value: str) -> None:
    _, problems = read(OruSettings, {PREFIX + name: value}, PREFIX, where="", env="production")
    assert [problem.key for problem in problems] == [PREFIX + name]
    assert value not in str(problems[0])

"""The check of terms finds the former vocabulary, in code and in prose, and nothing else."""

from __future__ import annotations

import pytest
from tools.check_terms import BANNED, findings, main


@pytest.mark.parametrize(
    "text",
    [
        "A stranger's mode",
        "def give_parked(form)",
        "class Postman:",
        "PARKED = 1",
        "# rooms meet here",
        "x = whereabouts",
    ],
)
def test_a_banned_word_is_found(text: str) -> None:
    assert findings(f"first\n{text}\n") and findings(f"first\n{text}\n")[0][0] == 2


@pytest.mark.parametrize("text", ["strangely", "esea_parked_form", "a spark", "vouched_at: Mapped", "bedroomsize"])
def test_stored_names_and_other_words_are_not(text: str) -> None:
    assert findings(text) == []


def test_the_repository_keeps_to_the_terms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().err
    assert len(BANNED) > 5

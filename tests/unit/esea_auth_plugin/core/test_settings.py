"""Settings are typed, refuse what they don't know, and tell every problem at once without a value."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin import values
from esea_auth_plugin.options import read
from esea_auth_plugin.settings import FoundationSettings

WHERE = "portail.ini"


def given_settings(tmp_path: Path, **more: str) -> dict[str, str]:
    key = tmp_path / "cle"
    key.write_text("une clé\n", encoding="utf-8")
    key.chmod(0o600)
    return {
        "portal.env": "production",
        "portal.url": "https://portail.exemple.fr",
        "portal.database_url": "sqlite:///x",
        "portal.secret_keys": f"file:{key}",
        **more,
    }


def test_good_settings_are_read_with_their_defaults(tmp_path: Path) -> None:
    settings, problems = read(FoundationSettings, given_settings(tmp_path), "portal.", where=WHERE, env="production")
    assert problems == []
    assert settings.url == "https://portail.exemple.fr"
    assert settings.secret_keys == "une clé"
    assert settings.mail_timeout == timedelta(seconds=20)


def test_every_problem_is_told_at_once_by_key_and_never_by_value(tmp_path: Path) -> None:
    wrong = given_settings(
        tmp_path,
        **{
            "portal.mail_port": "hunter2",
            "portal.mial_host": "hunter2",
            "portal.secret_keys": "hunter2",
            "portal.env": "production",
        },
    )
    del wrong["portal.database_url"]
    _, problems = read(FoundationSettings, wrong, "portal.", where=WHERE, env="production")
    assert {problem.key for problem in problems} == {
        "portal.mail_port",
        "portal.mial_host",
        "portal.secret_keys",
        "portal.database_url",
    }
    told = "\n".join(str(problem) for problem in problems)
    assert "hunter2" not in told
    assert "did you mean `portal.mail_host`?" in told
    assert told.count(WHERE) == 4


def test_a_sample_secret_passes_only_in_development(tmp_path: Path) -> None:
    key = tmp_path / "sample"
    key.write_text("EXEMPLE-A-CHANGER-0001", encoding="utf-8")
    key.chmod(0o600)
    settings = given_settings(tmp_path, **{"portal.secret_keys": f"file:{key}"})
    _, refused = read(FoundationSettings, settings, "portal.", where=WHERE, env="production")
    _, passed = read(FoundationSettings, settings, "portal.", where=WHERE, env="development")
    assert [problem.key for problem in refused] == ["portal.secret_keys"]
    assert passed == []


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (values.origin, "portail.hopital.fr"),
        (values.origin, "https://portail.hopital.fr/chemin"),
        (values.duration, "dix minutes"),
        (values.networks, "10.0.0.0/8 pas-un-reseau"),
        (values.pairs, "sans signe"),
        (values.boolean, "oui"),
        (values.email, "personne"),
        (values.secret, "file:/n/existe/pas"),
        (values.secret, "env:N_EXISTE_PAS"),
        (values.integer(1, 5), "6"),
        (values.one_of("a", "b"), "c"),
    ],
)
def test_a_bad_value_is_refused_without_being_quoted(parse: values.Parser, text: str) -> None:
    with pytest.raises(values.BadValue) as refused:
        parse(text)
    assert text not in refused.value.cause + refused.value.cure


@given(st.integers(min_value=1, max_value=3_650), st.sampled_from(["s", "min", "h", "d"]))
def test_durations_keep_their_unit(number: int, unit: str) -> None:
    seconds = {"s": 1, "min": 60, "h": 3600, "d": 86_400}[unit]
    assert values.duration(f"{number} {unit}") == timedelta(seconds=number * seconds)

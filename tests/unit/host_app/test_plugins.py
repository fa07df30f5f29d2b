"""Installed is not enabled: what ``portal.plugins`` names must be there, once, and import."""

from __future__ import annotations

from importlib.metadata import EntryPoint

from host_app.plugins import GROUP, resolve

ESEA = EntryPoint("esea_auth", "esea_auth_plugin", GROUP)
BROKEN = EntryPoint("cassee", "un_module_qui_n_existe_pas", GROUP)
TWIN = EntryPoint("esea_auth", "json", GROUP)


def causes(names: list[str], installed: list[EntryPoint]) -> str:
    return "\n".join(str(problem) for problem in resolve(names, installed, "portail.ini")[1])


def test_the_named_plugins_are_found_in_order() -> None:
    plugins, problems = resolve(["esea_auth"], [ESEA], "portail.ini")
    assert [plugin.__name__ for plugin in plugins] == ["esea_auth_plugin"]
    assert problems == []


def test_an_unknown_name_tells_the_known_ones() -> None:
    assert "names oru, which no installed distribution offers -> known: esea_auth" in causes(["oru"], [ESEA])


def test_a_plugin_that_does_not_import_is_named_with_its_cause() -> None:
    told = causes(["cassee"], [BROKEN])
    assert "cassee" in told
    assert "ModuleNotFoundError" in told


def test_two_plugins_of_one_name_stop_the_start() -> None:
    assert "is offered by" in causes(["esea_auth"], [ESEA, TWIN])


def test_a_name_given_twice_and_none_at_all_are_told() -> None:
    assert "twice" in causes(["esea_auth", "esea_auth"], [ESEA])
    assert "names no plugin" in causes([], [ESEA])


def test_all_problems_are_told_at_once() -> None:
    assert len(resolve(["oru", "cassee"], [ESEA, BROKEN], "portail.ini")[1]) == 2

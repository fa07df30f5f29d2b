"""Installed is not enabled; what is enabled and broken stops the start, named with its distribution and cure."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationExecutionError
from sqlalchemy.orm import Session

from esea_auth_plugin.authentication import registry as modes
from esea_auth_plugin.authentication.contract import Ask, Attempt, AuthMode, Capability, Refused, Result
from esea_auth_plugin.errors import ConfigurationError
from esea_auth_plugin.interfaces import Factor


class BadgeMode(AuthMode):
    """A third party's mode that finds the person by itself."""

    name = "badge"
    segment = "badge"
    title = "Badge"
    description = "Votre badge d'établissement."
    factors = frozenset({Factor.VERIFIED_KEY})
    capabilities = frozenset({Capability.FINDS_PERSON})

    def ask(self, session: Session, attempt: Attempt) -> Ask:
        return Ask("badge.jinja2")

    def answer(self, session: Session, attempt: Attempt, prepared: Any) -> Result:
        return Refused("badge.unknown", "Ce badge n'est pas reconnu.")


class HalfMode(AuthMode):
    """Says what it is and never judges an answer."""

    name = "badge"
    segment = "badge"
    title = "Badge"
    description = "Votre badge d'établissement."
    factors = frozenset({Factor.VERIFIED_KEY})
    capabilities = frozenset({Capability.FINDS_PERSON})


class NamelessMode(BadgeMode):
    title = ""


class LostMode(BadgeMode):
    """Neither finds the person nor comes after a mode that does."""

    capabilities = frozenset()


class AfterTelephone(BadgeMode):
    after = frozenset({Factor.OTP_DEVICE})


class OnReservedAddress(BadgeMode):
    segment = "oubli"


def broken(registry: Any) -> AuthMode:
    raise RuntimeError("no reader")


class Installed:
    """Entry points as a third party's distribution declares them."""

    def __init__(self, *points: tuple[str, str, str]) -> None:
        self.points = points

    def __call__(self, group: str) -> list[Any]:
        assert group == modes.GROUP
        return [_Point(*point) for point in self.points]


class _Distribution:
    def __init__(self, name: str) -> None:
        self.name = name


class _Point:
    def __init__(self, name: str, value: str, distribution: str) -> None:
        self.name, self.value, self.dist = name, value, _Distribution(distribution)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[..., modes.AuthModes]:
    """Start an application of nothing but modes."""

    def make(enabled: str, *points: tuple[str, str, Any], **direct: Any) -> modes.AuthModes:
        found = {value: target for _, value, target in ((p[0], p[1], p[2]) for p in points)}
        monkeypatch.setattr(modes, "entry_points", Installed(*((n, v, f"dist-{v}") for n, v, _ in points)))
        real = EntryPoint.load

        def load(self: EntryPoint) -> Any:
            if self.value in found:
                target = found[self.value]
                if isinstance(target, Exception):
                    raise target
                return target
            return real(self)

        monkeypatch.setattr(EntryPoint, "load", load)
        config = Configurator()
        config.include("esea_auth_plugin.directives")
        config.add_directive("add_auth_mode", modes.add_auth_mode)
        for name, factory in direct.items():
            config.add_auth_mode(name, factory)
        modes.include_modes(config, enabled.split())
        config.commit()
        return modes.modes_of(config.registry)

    return make


def problem(start: Any, *args: Any, **direct: Any) -> str:
    with pytest.raises(ConfigurationExecutionError) as caught:
        start(*args, **direct)
    assert isinstance(caught.value.evalue, ConfigurationError)
    return str(caught.value.evalue)


def test_the_enabled_modes_come_in_their_order(start: Any) -> None:
    found = start("badge password", ("badge", "x:Badge", BadgeMode), ("other", "x:Other", BadgeMode))
    assert [mode.name for mode in found.all()] == ["badge", "password"]
    assert found.get("other") is None
    assert found.at("mot-de-passe").name == "password"


def test_an_unknown_mode_stops_the_start_and_names_those_there_are(start: Any) -> None:
    said = problem(start, "password pasword")
    assert "pasword" in said
    assert all(name in said for name in ("mail_code", "passkey", "password"))


def test_a_mode_that_cannot_be_imported_names_its_distribution(start: Any) -> None:
    said = problem(start, "badge", ("badge", "x:Badge", ImportError("no libpcsc")))
    assert "dist-x:Badge" in said
    assert "no libpcsc" in said


def test_a_mode_that_judges_nothing_stops_the_start_and_what_it_lacks_is_named(start: Any) -> None:
    said = problem(start, "badge", ("badge", "x:Badge", HalfMode))
    assert "can't be made" in said
    assert "answer" in said


def test_a_mode_that_cannot_be_made_stops_the_start(start: Any) -> None:
    assert "no reader" in problem(start, "badge", ("badge", "x:Badge", broken))


def test_two_distributions_with_one_name_stop_the_start(start: Any) -> None:
    said = problem(start, "badge", ("badge", "x:Badge", BadgeMode), ("badge", "y:Badge", BadgeMode))
    assert "dist-x:Badge" in said
    assert "dist-y:Badge" in said


def test_nobody_takes_the_name_of_a_built_in_mode(start: Any) -> None:
    assert "several distributions" in problem(start, "password", ("password", "x:Password", BadgeMode))


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (NamelessMode, "declares no title"),
        (LostMode, "neither finds the person"),
        (OnReservedAddress, "reserved"),
        (object, "can't be made"),
        (AfterTelephone, "no enabled mode gives"),
    ],
)
def test_what_breaks_the_contract_is_told(start: Any, mode: Any, said: str) -> None:
    assert said in problem(start, "badge", ("badge", "x:Badge", mode))


def test_two_modes_never_share_an_address(start: Any) -> None:
    class Twin(BadgeMode):
        name = "twin"

    said = problem(start, "badge twin", ("badge", "x:Badge", BadgeMode), ("twin", "y:Twin", Twin))
    assert "has the address of the mode « badge »" in said


def test_a_hosts_own_call_wins_over_an_entry_point(start: Any) -> None:
    class Own(BadgeMode):
        title = "Badge de la maison"

    found = start("badge", ("badge", "x:Badge", BadgeMode), badge=Own)
    assert found.get("badge").title == "Badge de la maison"


def test_what_is_proven_already_is_not_asked_again(start: Any) -> None:
    found = start("password mail_code")
    code = found.get("mail_code")
    assert [mode.name for mode in found.stages(code, frozenset())] == ["password", "mail_code"]
    assert [mode.name for mode in found.stages(code, frozenset({Factor.PASSWORD}))] == ["mail_code"]


def test_a_code_without_the_password_mode_stops_the_start(start: Any) -> None:
    assert "comes after a proof of « password »" in problem(start, "mail_code")


def test_each_built_in_mode_is_announced_by_its_distribution() -> None:
    """``list-modes`` and the documentation list modes by their entry points."""
    path = Path(__file__).parents[4] / "esea_auth_plugin" / "pyproject.toml"
    announced = tomllib.loads(path.read_text(encoding="utf-8"))["project"]["entry-points"][modes.GROUP]
    assert announced == modes.BUILT_IN

"""What may be declared: natures with their rules, levels, motives, pathways and actions, read from a JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from esea_auth_plugin.directives import report_problems
from esea_auth_plugin.errors import Problem
from esea_auth_plugin.pyramid_types import Configurator

from ..settings import PREFIX, OruSettings

SETTING = f"{PREFIX}difficulties_file"


class BadCatalogue(Exception):
    """The file can't be used; the message says what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Nature:
    """A kind of difficulty.

    :ivar levels: levels that it may have. :ivar hours: quick choices of its length. :ivar max_hours: longest length.
    :ivar answer_minutes: within which the SAMU answers a request; 0: nothing is asked of it.
    """

    code: str
    title: str
    help: str
    levels: tuple[int, ...]
    hours: tuple[int, ...]
    max_hours: int
    answer_minutes: int = 0

    @property
    def asks(self) -> bool:
        """It is a request, which the SAMU accepts or refuses."""
        return self.answer_minutes > 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The lists, each in the order of the file."""

    natures: Mapping[str, Nature]
    levels: Mapping[int, str]
    motives: Mapping[str, str]
    pathways: Mapping[str, str]
    actions: Mapping[str, str]

    def nature_title(self, code: str) -> str:
        """Return the title of a nature; its code when it left the file since."""
        nature = self.natures.get(code)
        return nature.title if nature else code


@lru_cache(maxsize=4)
def load(path: str) -> Catalogue:
    """Return the catalogue of a file, the packaged one for ``""``.

    :raises BadCatalogue: it can't be read, or a rule makes no sense.
    """
    try:
        own = files(__package__) / "data" / "catalogue.json"
        text = Path(path).read_text("utf-8") if path else own.read_text("utf-8")
        found = json.loads(text)
        catalogue = Catalogue(
            natures={each["code"]: _nature(each) for each in found["natures"]},
            levels={int(each["number"]): str(each["title"]) for each in found["levels"]},
            motives=_titles(found["motives"]),
            pathways=_titles(found["pathways"]),
            actions=_titles(found["actions"]),
        )
    except OSError as error:
        raise BadCatalogue(f"can't be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadCatalogue(f"is not a catalogue of difficulties ({error!r})") from error
    for nature in catalogue.natures.values():
        _judge(nature, catalogue)
    return catalogue


def _nature(each: Mapping[str, object]) -> Nature:
    return Nature(
        code=str(each["code"]),
        title=str(each["title"]),
        help=str(each.get("help", "")),
        levels=_numbers(each["levels"]),
        hours=_numbers(each["hours"]),
        max_hours=_numbers([each["max_hours"]])[0],
        answer_minutes=_numbers([each.get("answer_minutes", 0)])[0],
    )


def _numbers(values: object) -> tuple[int, ...]:
    if not isinstance(values, list) or not all(isinstance(value, int) for value in values):
        raise TypeError(f"{values!r} is not a list of whole numbers")
    return tuple(values)


def _titles(entries: object) -> dict[str, str]:
    if not isinstance(entries, list):
        raise TypeError(f"{entries!r} is not a list")
    return {str(each["code"]): str(each["title"]) for each in entries}


def _judge(nature: Nature, catalogue: Catalogue) -> None:
    if not nature.levels or not set(nature.levels) <= set(catalogue.levels):
        raise BadCatalogue(f"nature {nature.code}: unknown level")
    if not nature.hours or max(nature.hours) > nature.max_hours or min(nature.hours) < 1:
        raise BadCatalogue(f"nature {nature.code}: hours must lie between 1 and max_hours")
    if nature.answer_minutes < 0:
        raise BadCatalogue(f"nature {nature.code}: answer_minutes is negative")


def check_settings(config: Configurator) -> None:
    """Report a file that can't be used at the start."""
    path = config.registry.settings.get(SETTING, OruSettings().difficulties_file)
    try:
        load(path)
    except BadCatalogue as error:
        cure = "start from difficulties/data/catalogue.json of this distribution"
        report_problems(config, [Problem(SETTING, "", str(error), cure)])

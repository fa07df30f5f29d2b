"""The word of the accessibility statement that the foot of every page must show (décret 2019-768, art. 2).

It comes from a file that the accessibility tests write. Tests prove no full conformance: without an audit by people
the word never rises above « partiellement conforme », and without tests it is « non conforme ».
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from pyramid.path import AssetResolver

from ...pyramid_types import Configurator


@dataclass(frozen=True, slots=True)
class Accessibility:
    """What the statement rests on.

    :ivar pages: pages that the tests looked at. :ivar violations: rules they found broken, all pages together.
    :ivar path: the statement's page, ``""`` when the host has none.
    """

    pages: int = 0
    violations: int = 0
    checked_on: date | None = None
    path: str = ""

    @property
    def word(self) -> str:
        """« non conforme » or « partiellement conforme »."""
        return "partiellement conforme" if self.pages and not self.violations else "non conforme"


def read(asset: str, path: str) -> Accessibility:
    """Read the file ``{"checked_on": "2026-06-18", "pages": 31, "violations": 0}``.

    No file, or one that can't be understood, claims nothing: « non conforme ».
    """
    found = AssetResolver().resolve(asset)
    if not found.exists():
        return Accessibility(path=path)
    try:
        with found.stream() as stream:
            facts = json.load(stream)
        return Accessibility(
            pages=int(facts["pages"]),
            violations=int(facts["violations"]),
            checked_on=date.fromisoformat(facts["checked_on"]),
            path=path,
        )
    except (ValueError, KeyError, TypeError):
        return Accessibility(path=path)


def set_accessibility_statement(config: Configurator, asset: str, path: str) -> None:
    """Directive: where the tests' results are, and the address of the statement's page."""

    def store() -> None:
        config.registry["esea.accessibility"] = read(asset, path)

    config.action("esea-accessibility", store)


def includeme(config: Configurator) -> None:
    """Add the directive; until a host uses it nothing is claimed."""
    config.registry.setdefault("esea.accessibility", Accessibility())
    config.add_directive("set_accessibility_statement", set_accessibility_statement)

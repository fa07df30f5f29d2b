"""Reads ``texts.json``: versions and dates of the texts, facts about the operator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from pyramid.path import AssetResolver

NAMES = ("cgu", "donnees-personnelles", "accessibilite", "mentions-legales", "contact")


@dataclass(frozen=True, slots=True)
class TextFacts:
    """A text: its title, and its versions with the day each came into force, youngest first."""

    name: str
    title: str
    versions: Mapping[str, date]

    @property
    def current(self) -> str:
        """The version in force."""
        return next(iter(self.versions))


@dataclass(frozen=True, slots=True)
class Library:
    """All texts, and what they say of the operator."""

    texts: Mapping[str, TextFacts]
    operator: Mapping[str, object]

    def text(self, name: str) -> TextFacts:
        """Return one text; ``KeyError`` when there is none of this name."""
        return self.texts[name]


@cache
def load() -> Library:
    """Return the texts of this portal."""
    with AssetResolver().resolve("host_app:texts/texts.json").stream() as stream:
        found = json.load(stream)
    texts = {}
    for name in NAMES:
        versions = {version: date.fromisoformat(day) for version, day in found["texts"][name]["versions"].items()}
        youngest_first = dict(sorted(versions.items(), key=lambda item: item[1], reverse=True))
        texts[name] = TextFacts(name, found["texts"][name]["title"], youngest_first)
    return Library(texts, found["operator"])

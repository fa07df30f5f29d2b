"""Turns an email's name and values into subject, plain text and HTML.

Templates extend ``letter_layout`` and fill the block ``content``; ``part.button(url, text)``, ``part.code(code)`` and
``part.facts((label, value), …)`` write the shared pieces. ``portal``, ``contacts`` and ``link(path)`` are always there.
A value that a template misses is an error, never an empty place in somebody's mail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from pyramid.interfaces import IPackageOverrides
from pyramid.path import AssetResolver
from pyramid_jinja2 import IJinja2Environment

from ...interfaces import PortalSettings
from ...pyramid_types import Registry
from ...services import find
from .declared import UnknownEmail, folder_of
from .parts import HtmlParts, TextParts
from .safety import safe_header

_VALUE, _STATEMENT = re.compile(r"{{.*?}}", re.DOTALL), re.compile(r"{[%#].*?[%#]}", re.DOTALL)
_LAYOUTS = "esea_auth_plugin:foundation/mail/templates/letter"


@dataclass(frozen=True, slots=True)
class Rendered:
    """An email, ready to be put in an envelope."""

    subject: str
    text: str
    html: str


class EmailRenderer:
    """Renders the letters of one application."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        loader = AssetLoader(registry)
        self._text = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, autoescape=False)  # noqa: S701
        self._html = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, autoescape=True)
        # The filters of the portal's pages (dates, telephones) serve its emails too.
        pages = registry.queryUtility(IJinja2Environment, name=".jinja2")
        for environment in (self._text, self._html):
            environment.filters.update(pages.filters if pages is not None else {})

    def subject(self, name: str, values: Mapping[str, object]) -> str:
        """Return the subject.

        :raises ~esea_auth_plugin.foundation.mail.safety.UnsafeHeader: a value holds a line break.
        """
        template = self._text.get_template(f"{folder_of(self._registry, name)}/subject.txt.jinja2")
        return safe_header(template.render(self._values(values)))

    def kind(self, name: str) -> str:
        """Return the subject of an email without its values: « Votre code de connexion : … »; its name if unknown."""
        try:
            template = f"{folder_of(self._registry, name)}/subject.txt.jinja2"
            source = AssetLoader(self._registry).get_source(self._text, template)[0]
        except (UnknownEmail, TemplateNotFound):
            return name
        return " ".join(_VALUE.sub("…", _STATEMENT.sub("", source)).split())

    def render(self, name: str, values: Mapping[str, object]) -> Rendered:
        """Return the whole email."""
        folder = folder_of(self._registry, name)
        subject = self.subject(name, values)
        known = {**self._values(values), "subject": subject}
        text = self._text.get_template(f"{folder}/text.txt.jinja2")
        html = self._html.get_template(f"{folder}/html.jinja2")
        return Rendered(
            subject=subject,
            text=text.render(known, part=TextParts(), letter_layout=f"{_LAYOUTS}.txt.jinja2").strip() + "\n",
            html=html.render(known, part=HtmlParts(), letter_layout=f"{_LAYOUTS}.html.jinja2").strip() + "\n",
        )

    def _values(self, values: Mapping[str, object]) -> dict[str, object]:
        portal = find(self._registry, PortalSettings)
        return {"portal": portal, "contacts": portal.contacts, "link": portal.absolute, **values}


class AssetLoader(BaseLoader):
    """Finds templates by asset specification, asset overrides of the host included.

    Pyramid's own resolver asks the registry of the current request; a worker has none, hence the look-up here.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Any]:
        """See Jinja2."""
        package, _, path = template.partition(":")
        overrides = self._registry.queryUtility(IPackageOverrides, name=package)
        found = overrides.get_filename(path) if overrides is not None else None
        file = Path(found or AssetResolver().resolve(template).abspath())
        if not file.is_file():
            raise TemplateNotFound(template)
        changed = file.stat().st_mtime
        return file.read_text(encoding="utf-8"), str(file), lambda: file.stat().st_mtime == changed

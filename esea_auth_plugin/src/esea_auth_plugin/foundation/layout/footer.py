"""The links at the foot of every page; the host declares those that it has pages for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...pyramid_types import Configurator, Registry


@dataclass(frozen=True, slots=True)
class FooterLink:
    """A link at the foot: « Mentions légales », ``/mentions-legales``."""

    title: str
    path: str
    order: int = 100


def add_footer_link(config: Configurator, title: str, path: str, order: int = 100) -> None:
    """Directive ``config.add_footer_link('Mentions légales', '/mentions-legales')``."""

    def store() -> None:
        config.registry["esea.footer"][path] = FooterLink(title, path, order)

    config.action(("esea-footer", path), store)


def footer_links(registry: Registry) -> Sequence[FooterLink]:
    """Return the links in their order."""
    return sorted(registry["esea.footer"].values(), key=lambda link: (link.order, link.title))


def includeme(config: Configurator) -> None:
    """Add the directive."""
    config.registry.setdefault("esea.footer", {})
    config.add_directive("add_footer_link", add_footer_link)

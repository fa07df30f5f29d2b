"""The links at the foot of every page; the host declares those that it has pages for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FooterLink:
    """A link at the foot: « Mentions légales », ``/mentions-legales``."""

    title: str
    path: str
    order: int = 100


def add_footer_link(config: Any, title: str, path: str, order: int = 100) -> None:
    """Directive ``config.add_footer_link('Mentions légales', '/mentions-legales')``."""

    def store() -> None:
        config.registry["esea.footer"][path] = FooterLink(title, path, order)

    config.action(("esea-footer", path), store)


def footer_links(registry: Any) -> Sequence[FooterLink]:
    """Return the links in their order."""
    return sorted(registry["esea.footer"].values(), key=lambda link: (link.order, link.title))


def includeme(config: Any) -> None:
    """Add the directive."""
    config.registry.setdefault("esea.footer", {})
    config.add_directive("add_footer_link", add_footer_link)

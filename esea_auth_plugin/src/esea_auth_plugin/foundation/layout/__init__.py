"""What every page shares: the base template, what templates may name, static files, error pages."""

from __future__ import annotations

from pyramid.events import BeforeRender

from ...pyramid_types import Configurator
from . import accessibility, errors, filters, footer, page, static_files

BASE = "esea_auth_plugin:foundation/layout/templates/base.jinja2"


def set_portal_layout(config: Configurator, asset: str) -> None:
    """Directive ``config.set_portal_layout('my_host:templates/layout.jinja2')``: what every page extends.

    The template extends :data:`BASE` and fills its blocks, or replaces it altogether.
    """

    def store() -> None:
        config.registry["esea.portal_layout"] = asset

    config.action("esea-portal-layout", store)


def includeme(config: Configurator) -> None:
    """Set up Jinja2, its filters and globals, static files and error pages."""
    settings = config.registry.settings
    # A misspelt name in a template is an error, not an empty place on a page.
    settings.setdefault("jinja2.undefined", "strict")
    settings.setdefault("jinja2.trim_blocks", "true")
    settings.setdefault("jinja2.lstrip_blocks", "true")
    config.include("pyramid_jinja2")
    config.registry.setdefault("esea.portal_layout", BASE)
    config.add_directive("set_portal_layout", set_portal_layout)
    config.include(static_files)
    config.include(footer)
    config.include(accessibility)
    config.include(errors)
    config.add_static_folder("esea_auth_plugin:static")
    config.add_subscriber(page.add_page_values, BeforeRender)

    def add_filters() -> None:
        config.get_jinja2_environment().filters.update(filters.FILTERS)

    # After pyramid_jinja2 built its environment (order 1).
    config.action(None, add_filters, order=2)

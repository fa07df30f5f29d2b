"""The texts of this portal: conditions of use, personal data, accessibility, legal notice, contact.

``texts.json`` holds their versions and dates, and who operates the portal; ``templates/`` holds the words. The CGU
keep every version: what somebody accepted can be read again at ``/cgu/VERSION``.
"""

from __future__ import annotations

from esea_auth_plugin.directives import report_problems
from esea_auth_plugin.errors import Problem
from esea_auth_plugin.pyramid_types import Configurator
from esea_auth_plugin.services import find
from esea_auth_plugin.settings import FoundationSettings

from .library import NAMES, load


def includeme(config: Configurator) -> None:
    """Hang one place a text; refuse to start when people would accept a version that has no text."""
    for name in NAMES:
        config.add_portal_child(name, "host_app.texts.resources.Text")
    config.scan(f"{__name__}.views")
    config.action("host-texts-terms", lambda: _check_terms(config), order=1_000)


def _check_terms(config: Configurator) -> None:
    if find(config, FoundationSettings).terms_version in load().text("cgu").versions:
        return
    problem = Problem(
        "portal.terms_version",
        config.registry.settings.get("__file__", ""),
        "names a version of the CGU that has no text",
        "add it to host_app/texts/texts.json and texts/templates/cgu/",
    )
    report_problems(config, [problem])

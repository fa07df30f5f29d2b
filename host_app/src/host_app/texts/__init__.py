"""The texts of this portal: conditions of use, personal data, accessibility, legal notice, contact.

They are versioned: the version of the CGU is the setting ``portal.terms_version``, and what people accepted is stored.
"""

from __future__ import annotations

from typing import Any

PAGES = ("cgu", "donnees-personnelles", "accessibilite", "mentions-legales", "contact")


def includeme(config: Any) -> None:
    """Hang one place a text."""
    for name in PAGES:
        config.add_portal_child(name, "host_app.texts.resources.Text")
    config.scan(f"{__name__}.views")

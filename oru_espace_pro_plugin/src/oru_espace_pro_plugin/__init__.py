"""Espace Pro of a regional emergency observatory (ORU), as a Pyramid plugin.

``config.include('oru_espace_pro_plugin')`` needs ``esea_auth_plugin.foundation`` included before it, and nothing
of the accounts: see the README of this distribution.
"""

from __future__ import annotations

from esea_auth_plugin.pyramid_types import Configurator

#: In this order: each package may use what those before it declare.
PACKAGES = (".space", ".establishments", ".registration", ".difficulties", ".welcome")


def includeme(config: Configurator) -> None:
    """Read the settings and include every package."""
    config.include(".settings")
    config.add_words("oru_espace_pro_plugin")
    config.add_static_folder("oru_espace_pro_plugin:static")
    config.add_migrations("oru_espace_pro", "oru_espace_pro_plugin")
    for package in PACKAGES:
        config.include(package)

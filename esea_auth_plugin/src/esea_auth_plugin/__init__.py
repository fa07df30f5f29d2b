"""Accounts, sign-in, access requests and reviews for a regional e-health portal.

``config.include('esea_auth_plugin')`` works in any Pyramid application; see the README of this distribution.
"""

from __future__ import annotations

from typing import Any

#: In this order: each room may use the directives of those before it.
ROOMS = (
    ".foundation",
    ".nomenclatures",
    ".accounts",
    ".accounts.acts",
    ".mail_domains",
    ".access",
    ".auth_modes",
    ".portal_services",
    ".sign_in",
    ".conflicts",
    ".devices",
    ".linking",
    ".sign_up",
    ".notices",
    ".my_account",
)


def includeme(config: Any) -> None:
    """Include the foundation and every room of the accounts."""
    from .settings import AuthSettings, read_section

    config.include(".foundation")
    read_section(config, AuthSettings, "esea_auth.")
    for room in ROOMS[1:]:
        config.include(room)
    config.add_migrations("esea_auth", "esea_auth_plugin")

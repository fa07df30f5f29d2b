"""Accounts, sign-in, access requests and reviews for a regional e-health portal.

``config.include('esea_auth_plugin')`` works in any Pyramid application; see the README of this distribution.
"""

from __future__ import annotations

from .pyramid_types import Configurator
from .settings import AuthSettings, read_section

#: In this order: each package may use the directives of those before it.
PACKAGES = (
    ".foundation",
    ".foundation.nomenclatures",
    ".accounts",
    ".accounts.acts",
    ".accounts.mail_domains",
    ".authentication.access",
    ".auth_modes",
    ".portal_services",
    ".sign_in",
    ".authentication.credentials",
    ".authentication.linking",
    ".recovery",
    ".sign_up",
    ".my_account.notices",
    ".my_account",
    ".support",
)


def includeme(config: Configurator) -> None:
    """Include the foundation and every package of the accounts."""
    config.include(".foundation")
    read_section(config, AuthSettings, "esea_auth.")
    for package in PACKAGES[1:]:
        config.include(package)
    config.add_migrations("esea_auth", "esea_auth_plugin.foundation")

"""The support's pages about one account, and what reviewers must not decide for themselves."""

from __future__ import annotations

from ..events import AccountClosed
from ..pyramid_types import Configurator
from .account_acts import ACTS, tell_suspended


def includeme(config: Configurator) -> None:
    """Include the pages of the support."""
    config.include(".conflicts")
    for message in ("suspended", "reactivated"):
        config.add_email(f"support.{message}", f"esea_auth_plugin:support/emails/{message}")
    config.add_subscriber(lambda event: tell_suspended(config.registry, event), AccountClosed)
    for act in ACTS:
        config.add_account_act(act)
    config.scan(".account_views")

"""The support's pages about one account, and what reviewers must not decide for themselves."""

from __future__ import annotations

from ..pyramid_types import Configurator
from .account_acts import ACTS


def includeme(config: Configurator) -> None:
    """Include the pages of the support."""
    config.include(".conflicts")
    for act in ACTS:
        config.add_account_act(act)
    config.scan(".account_views")

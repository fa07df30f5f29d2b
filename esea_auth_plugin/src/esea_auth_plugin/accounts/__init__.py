"""Accounts: who a person is, their identity attributes with origin, and « Mon compte » (``/compte``)."""

from __future__ import annotations

from typing import Any

from ..interfaces import IAccounts
from .service import Accounts


def includeme(config: Any) -> None:
    """Publish the accounts."""
    config.add_service(IAccounts, Accounts)

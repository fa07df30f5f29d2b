"""The menu beside every page of « Mon compte », in its parts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from ..directives import core
from ..interfaces import AccountEntry, AccountGroup

Part = tuple[AccountGroup, Sequence[AccountEntry]]


def account_menu(request: Any) -> Sequence[Part]:
    """Return the parts of the menu with their entries, all in order."""
    entries = sorted(core(request).entries.values(), key=lambda entry: (entry.group, entry.order, entry.title))
    return [(group, list(found)) for group, found in groupby(entries, key=lambda entry: entry.group)]

"""The menu beside every page of « Mon compte », in its parts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ..directives import core
from ..foundation.layout.page import safe_path
from ..interfaces import AccountEntry, AccountGroup
from ..pyramid_types import PortalRequest

Part = tuple[AccountGroup, Sequence[AccountEntry]]


def account_current(request: PortalRequest) -> str:
    """Return the address of the entry that the present page belongs to: the longest that it begins with."""
    here = f"{safe_path(request)}/"
    held = (path for path in core(request).entries if here.startswith(f"{path}/"))
    found = max(held, key=len, default="")
    return found if found != "/compte" or here == "/compte/" else ""


def account_menu(request: PortalRequest) -> Sequence[Part]:
    """Return the parts of the menu with their entries, all in order."""
    shown = [entry for entry in core(request).entries.values() if entry.shown is None or entry.shown(request)]
    entries = sorted(shown, key=lambda entry: (entry.group, entry.order, entry.title))
    return [(group, list(found)) for group, found in groupby(entries, key=lambda entry: entry.group)]

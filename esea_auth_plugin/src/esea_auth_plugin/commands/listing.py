"""``list-modes`` and ``settings-doc``: what is there to be enabled and set."""

from __future__ import annotations

import argparse
from importlib.metadata import entry_points

from ..services import find, offers
from ..settings import AuthSettings
from ..settings_doc import page
from .loading import Commands, registry_of


def register(commands: Commands) -> None:
    """Declare the commands."""
    commands.add_parser("list-modes", help="list the auth modes, installed and enabled").set_defaults(run=list_modes)
    commands.add_parser("settings-doc", help="print config/README.md").set_defaults(run=settings_doc)


def list_modes(given: argparse.Namespace) -> int:
    """Print each installed mode, whether it is on, and the distribution that brings it."""
    registry = registry_of(given.config, behind=True)
    enabled = find(registry, AuthSettings).modes if offers(registry, AuthSettings) else ()
    for point in sorted(entry_points(group="esea_auth.auth_modes"), key=lambda point: point.name):
        state = "enabled" if point.name in enabled else "installed"
        print(f"{point.name:<20} {state:<10} {point.dist.name if point.dist else ''}")
    return 0


def settings_doc(given: argparse.Namespace) -> int:
    """Print the page that describes every setting of the included plugins."""
    print(page(registry_of(given.config, behind=True)), end="")
    return 0

"""``keys new``: makes the sealing keys, or puts a new one on top of them. Works before the portal can start."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..foundation.security.clock import SystemClock
from ..foundation.security.keyring import create_key_file
from .loading import Commands, NotUsable, settings_of


def register(commands: Commands) -> None:
    """Declare the command."""
    keys = commands.add_parser("keys", help="make sealing keys").add_subparsers(metavar="ACT", required=True)
    command = keys.add_parser("new", help="write the key file, or put a new key on top of it")
    command.set_defaults(run=new)


def new(given: argparse.Namespace) -> int:
    """Write the file that ``portal.secret_keys`` names, readable by its owner only."""
    kind, _, name = settings_of(given.config).get("portal.secret_keys", "").partition(":")
    if kind != "file" or not name:
        raise NotUsable("portal.secret_keys names no file: write `portal.secret_keys = file:/path/of/the/keys`")
    path = Path(name)
    if not path.parent.is_dir():
        raise NotUsable(f"{path.parent} is not a folder: make it first, readable by the portal's user only")
    key = create_key_file(path, SystemClock().now())
    print(f"key {key.id} is the first in {path}: back the file up apart from the database, restart portal and worker")
    return 0

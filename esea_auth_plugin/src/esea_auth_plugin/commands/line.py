"""The command line itself: its parser, and how each error is told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from alembic.util.exc import CommandError
from sqlalchemy.exc import DBAPIError

from ..errors import ConfigurationError, PortalError
from ..foundation.security.keyring import KeyFileError
from ..private_files import owner_only
from . import accounts, audit, crl, database, doctor, keys, listing, mail_domains, worker
from .loading import NotUsable, leave_all

_GROUPS = (database, worker, accounts, audit, keys, crl, mail_domains, doctor, listing)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = parser().parse_args(arguments)
    try:
        if not Path(given.config.partition("#")[0]).is_file():
            raise NotUsable(f"{given.config}: no such file; give the portal's ini file first")
        with owner_only():
            return int(given.run(given))
    except (NotUsable, KeyFileError, ConfigurationError, CommandError) as error:
        return _refused(str(error))
    except PortalError as error:
        return _refused(error.message)
    except DBAPIError as error:
        first_line = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
        return _refused(f"the database refuses: {first_line}")
    except KeyboardInterrupt:
        return 130
    finally:
        leave_all()


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    found = argparse.ArgumentParser(prog="esea-admin", description="Runs and looks after a regional portal.")
    found.add_argument("config", metavar="CONFIG", help="ini file of the portal, e.g. /etc/portail/production.ini")
    commands = found.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in _GROUPS:
        group.register(commands)
    return found


def _refused(message: str) -> int:
    print(f"esea-admin: {message}", file=sys.stderr)
    return 2

"""``audit verify``: proves that the trail is whole, or names the first row that is not."""

from __future__ import annotations

import argparse
from typing import Any

from ..audit.verification import Report, verify
from ..database import IDatabase
from ..interfaces import ISealer
from ..services import find
from .loading import registry_of


def register(commands: Any) -> None:
    """Declare the command."""
    audit = commands.add_parser("audit", help="prove the audit trail").add_subparsers(metavar="ACT", required=True)
    command = audit.add_parser("verify", help="prove the chain of seals and what they seal")
    command.add_argument(
        "--anchor", default="", metavar="NUMBER:LINK", help="a head noted earlier, elsewhere: shows a cut-off end"
    )
    command.set_defaults(run=verify_trail)


def verify_trail(given: argparse.Namespace) -> int:
    """Verify in one reading transaction; status 1 if something is broken."""
    registry = registry_of(given.config)
    with find(registry, IDatabase).reading() as session:
        report = verify(session, find(registry, ISealer), anchor=given.anchor)
    print("\n".join(_lines(report)))
    return 0 if report.proven else 1


def _lines(report: Report) -> list[str]:
    lines = [f"sealed and proven: {report.sealed}"]
    if report.broken is not None:
        place = f"seal {report.broken.number}" if report.broken.number else "unsealed"
        lines.append(f"BROKEN at {place}, event {report.broken.event_id or 'unknown'}: {report.broken.why}")
    since = f", oldest of {report.oldest_unsealed:%Y-%m-%d %H:%M:%S} UTC" if report.oldest_unsealed else ""
    lines.append(f"waiting for their seal: {report.unsealed}{since}")
    if report.erased or report.erased_personal:
        lines.append(f"erased by retention or on request: {report.erased} events, {report.erased_personal} identities")
    if report.unreadable_personal:
        lines.append(f"sealed with a key that is not on the ring: {report.unreadable_personal}")
    if report.proven:
        lines.append(f"head to note elsewhere: {report.head}")
    return lines

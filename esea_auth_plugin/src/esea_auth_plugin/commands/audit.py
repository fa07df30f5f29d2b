"""``audit``: verifies the trail, and signs and checks the heads that are kept outside the database."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..foundation.audit.head_signing import (
    HeadConfig,
    HeadNotSigned,
    head_config,
    last_recorded,
    read_file,
    sign_head,
)
from ..foundation.audit.heads import HeadFile, HeadFileBroken, described
from ..foundation.audit.keys import TrailKeys
from ..foundation.audit.verification import Report, verify
from ..foundation.database import IDatabase
from ..foundation.security.signing import create_signing_key
from ..services import current_time, find
from .loading import Commands, NotUsable, registry_of, settings_of


def register(commands: Commands) -> None:
    """Declare the commands."""
    audit = commands.add_parser("audit", help="verify the audit trail").add_subparsers(metavar="ACT", required=True)
    command = audit.add_parser("verify", help="verify the chain of seals, what they seal, and what is gone")
    command.add_argument(
        "--anchor", default="", metavar="NUMBER:LINK", help="a head noted earlier, elsewhere: shows a cut-off end"
    )
    command.add_argument(
        "--heads", default="", metavar="FILE", help="a copy of the head file from another machine, not the portal's own"
    )
    command.set_defaults(run=verify_trail)
    sign = audit.add_parser(
        "sign-head", help="append the head of the chain to the head file (the worker does it daily)"
    )
    sign.add_argument(
        "--new-file", action="store_true", help="begin a new head file after the former one was moved away"
    )
    sign.set_defaults(run=sign_now)
    check = audit.add_parser("check-heads", help="check the head file alone, without the database")
    check.add_argument("--heads", default="", metavar="FILE", help="another file than the portal's own")
    check.set_defaults(run=check_heads)
    key = audit.add_parser("new-head-key", help="write the key that signs heads, and print its public part")
    key.set_defaults(run=new_head_key)


def verify_trail(given: argparse.Namespace) -> int:
    """Verify in one reading transaction; status 1 if something is broken."""
    registry = registry_of(given.config)
    config = head_config(registry)
    if given.heads and config is None:
        raise NotUsable("--heads needs the settings portal.audit_head_file and portal.audit_head_key")
    keys = find(registry, TrailKeys)
    warnings: list[str] = []
    file = _heads(config, given.heads, warnings)
    with find(registry, IDatabase).reading() as session:
        report = verify(session, keys, now=current_time(registry), anchor=given.anchor, heads=_links(file))
        if file is not None:
            recorded = last_recorded(session, keys)
            signed = file.last.sequence if file.last else 0
            if recorded > signed:
                warnings.append(f"BROKEN head file: it ends with head {signed}, the trail tells of {recorded}")
    print("\n".join([*warnings, *_lines(report)]))
    tampered = report.missing_triggers or report.foreign_triggers
    return 0 if report.proven and not warnings and not tampered else 1


def sign_now(given: argparse.Namespace) -> int:
    """Sign the head now."""
    registry = registry_of(given.config)
    if head_config(registry) is None:
        raise NotUsable("set portal.audit_head_file and portal.audit_head_key first: config/README.md describes them")
    try:
        head = sign_head(registry, new_file=given.new_file)
    except (HeadNotSigned, HeadFileBroken) as error:
        raise NotUsable(f"no head was signed: {error}") from error
    print(f"head {head.sequence} signed: {head.number}:{head.link}" if head else "nothing is sealed yet")
    return 0


def check_heads(given: argparse.Namespace) -> int:
    """Check a head file; status 1 if it is broken."""
    config = head_config(registry_of(given.config, behind=True))
    if config is None:
        raise NotUsable("set portal.audit_head_file and portal.audit_head_key first: config/README.md describes them")
    warnings: list[str] = []
    file = _heads(config, given.heads, warnings)
    print("\n".join([*warnings, *(described(file) if file is not None else ())]))
    return 1 if warnings else 0


def new_head_key(given: argparse.Namespace) -> int:
    """Write the file that ``portal.audit_head_key`` names; works before the portal can start."""
    kind, _, name = settings_of(given.config).get("portal.audit_head_key", "").partition(":")
    if kind != "file" or not name:
        raise NotUsable("portal.audit_head_key names no file: write `portal.audit_head_key = file:/path/of/the/key`")
    try:
        key = create_signing_key(Path(name))
    except FileExistsError:
        cure = "move it away, and its public part to portal.audit_head_former_keys, to replace it"
        raise NotUsable(f"{name} is there already: {cure}") from None
    except OSError as error:
        raise NotUsable(f"{name} can't be written: {error.strerror}") from error
    print(f"key {key.public.id} is in {name}; keep its public part with the copies of the head file:")
    print(key.public.pem(), end="")
    return 0


def _heads(config: HeadConfig | None, given: str, warnings: list[str]) -> HeadFile | None:
    """Read a head file, the portal's own unless another one is given; what is wrong with it is a warning."""
    if config is None:
        return None
    try:
        return read_file(config, Path(given) if given else None)
    except HeadFileBroken as error:
        warnings.append(f"BROKEN head file: {error}")
    except OSError as error:
        raise NotUsable(f"{given or config.path} can't be read: {error.strerror}") from error
    return None


def _links(file: HeadFile | None) -> Mapping[int, str]:
    return file.links() if file is not None else {}


def _lines(report: Report) -> Iterator[str]:
    yield f"sealed and proven: {report.sealed}"
    for broken in report.problems:
        place = f"seal {broken.number}" if broken.number else "unsealed"
        yield f"BROKEN at {place}, event {broken.event_id or 'unknown'}: {broken.why}"
    if report.problem_count > len(report.problems):
        yield f"BROKEN too: {report.problem_count - len(report.problems)} more"
    if report.missing_triggers:
        yield f"WARNING: append-only triggers were removed or replaced: {', '.join(report.missing_triggers)}"
    if report.foreign_triggers:
        yield f"WARNING: triggers or rules that are not the portal's: {', '.join(report.foreign_triggers)}"
    since = f", oldest of {report.oldest_unsealed:%Y-%m-%d %H:%M:%S} UTC" if report.oldest_unsealed else ""
    yield f"waiting for their seal: {report.unsealed}{since}"
    if report.erased or report.erased_personal:
        yield f"erased by retention or on request: {report.erased} events, {report.erased_personal} identities"
    if report.proven:
        yield f"head to note elsewhere: {report.head}"

"""The head file shows what the chain can't show by itself: a cut-off end, a past written anew, an older copy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyramid.exceptions import ConfigurationExecutionError
from tests.audit import Trail, make_trail

from esea_auth_plugin.foundation.audit.head_signing import (
    HeadNotSigned,
    head_config,
    last_recorded,
    read_file,
    sign_head,
)
from esea_auth_plugin.foundation.audit.heads import HeadFileBroken
from esea_auth_plugin.foundation.audit.keys import TrailKeys
from esea_auth_plugin.foundation.audit.models import AuditSeal
from esea_auth_plugin.foundation.audit.rows import waiting_digests
from esea_auth_plugin.foundation.audit.verification import Report
from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.security.signing import create_signing_key
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.processes import execute

pytestmark = pytest.mark.databases("sqlite", "postgresql")


class SignedTrail(Trail):
    """A trail with a head file."""

    heads: Path

    def day(self, events: int = 2) -> None:
        """Let a day pass: some events, the sealer, the head."""
        for _ in range(events):
            self.record(target="subject-anne")
        self.seal()
        sign_head(self.registry)
        self.seal()
        self.clock.advance(days=1)

    def verify_with_heads(self) -> Report:
        config = head_config(self.registry)
        assert config is not None
        return self.verify(heads=read_file(config).links())


@pytest.fixture
def head_settings(tmp_path: Path) -> dict[str, str]:
    create_signing_key(tmp_path / "key")
    return {"portal.audit_head_file": str(tmp_path / "heads"), "portal.audit_head_key": f"file:{tmp_path / 'key'}"}


@pytest.fixture
def signed(
    package: Callable[..., Any], database: IDatabase, clock: ManualClock, head_settings: dict[str, str], tmp_path: Path
) -> SignedTrail:
    trail = make_trail(SignedTrail, package, database, clock, head_settings)
    trail.heads = tmp_path / "heads"
    return trail


def cut(trail: Trail, after: int) -> None:
    """Remove the end of the trail, every table of it, as whoever owns the tables can."""
    gone = f"SELECT event_id FROM esea_audit_seal WHERE number > {after}"
    trail.untrigger()
    trail.execute(
        f"CREATE TABLE gone AS {gone}",
        f"DELETE FROM esea_audit_seal WHERE number > {after}",
        "DELETE FROM esea_audit_digest WHERE event_id IN (SELECT event_id FROM gone)",
        "DELETE FROM esea_audit_personal WHERE event_id IN (SELECT event_id FROM gone)",
        "DELETE FROM esea_audit_event WHERE id IN (SELECT event_id FROM gone)",
        "DROP TABLE gone",
    )


def test_heads_are_signed_day_by_day_and_the_chain_passes_through_them(signed: SignedTrail) -> None:
    for _ in range(4):
        signed.day()
    config = head_config(signed.registry)
    assert config is not None
    assert [(head.sequence, head.number) for head in read_file(config).heads] == [(1, 2), (2, 5), (3, 8), (4, 11)]
    assert signed.verify_with_heads().proven
    with signed.database.reading() as session:
        assert last_recorded(session, find(signed.registry, TrailKeys)) == 4


def test_an_end_that_was_cut_off_shows_and_no_further_head_approves_it(signed: SignedTrail) -> None:
    for _ in range(3):
        signed.day()
    cut(signed, 5)
    assert signed.verify().proven, "by itself the chain can't tell"
    assert not signed.verify_with_heads().proven
    for _ in range(9):
        signed.record()
    signed.seal()
    report = signed.verify_with_heads()
    assert "is not the head that was noted" in {problem.why for problem in report.problems}
    with pytest.raises(HeadNotSigned, match="seal 8 is not what was signed"):
        sign_head(signed.registry)


def test_an_older_copy_of_the_database_shows(signed: SignedTrail) -> None:
    """Restored from a backup of before the last head: every table is consistent, and too short."""
    for _ in range(3):
        signed.day()
    cut(signed, 7)
    assert [problem.why for problem in signed.verify_with_heads().problems] == [
        "is missing: the chain once had 8 seals"
    ]
    with pytest.raises(HeadNotSigned):
        sign_head(signed.registry)


def test_a_past_written_anew_even_with_the_key_ring_shows(signed: SignedTrail) -> None:
    """Whoever has the keys of the ring can make a chain that verifies; the head key is another one."""
    for _ in range(2):
        signed.day()
    signed.untrigger()
    signed.execute(
        "DELETE FROM esea_audit_seal",
        "DELETE FROM esea_audit_event WHERE id = (SELECT min(id) FROM esea_audit_event WHERE target IS NOT NULL)",
        "DELETE FROM esea_audit_digest WHERE event_id NOT IN (SELECT id FROM esea_audit_event)",
    )
    keys = find(signed.registry, TrailKeys)
    with signed.database.writing() as session:
        link = ""
        for number, digest in enumerate(list(waiting_digests(session, None)), 1):
            link = keys.link(link, number, digest.event_id, digest.digest, digest.mac)
            session.add(AuditSeal(number=number, event_id=digest.event_id, link=link))
    assert signed.verify().proven
    assert not signed.verify_with_heads().proven


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda lines: lines[1:], "line 1 does not follow"),
        (lambda lines: [lines[0], *lines[2:]], "line 2 does not follow"),
        (lambda lines: [lines[0], lines[2], lines[1], lines[3]], "line 2 does not follow"),
        (lambda lines: [lines[0], lines[1].replace('"number":5', '"number":4'), *lines[2:]], "line 2 has a wrong"),
        (lambda lines: [*lines, "{}\n"], "line 5 is no head"),
        (lambda lines: [*lines, "\x00[[[[\n"], "line 5 is no head"),
        (lambda lines: [*lines[:3], lines[3][:-20]], "line 4 is not complete"),
        (lambda lines: [*lines, lines[3]], "line 5 does not follow"),
        (lambda lines: [*lines[:3], lines[3].replace('"key"', '"key":"x","key"')], "line 4 is no head"),
    ],
)
def test_a_changed_head_file_shows_by_itself(
    signed: SignedTrail, change: Callable[[list[str]], list[str]], why: str
) -> None:
    for _ in range(4):
        signed.day()
    lines = signed.heads.read_text().splitlines(keepends=True)
    signed.heads.write_text("".join(change(lines)))
    config = head_config(signed.registry)
    assert config is not None
    with pytest.raises(HeadFileBroken, match=why):
        read_file(config)
    with pytest.raises(HeadFileBroken):
        sign_head(signed.registry)


@pytest.mark.databases("sqlite")
def test_a_head_file_that_lost_its_end_or_went_is_known_from_the_trail(signed: SignedTrail) -> None:
    for _ in range(3):
        signed.day()
    lines = signed.heads.read_text().splitlines(keepends=True)
    signed.heads.write_text("".join(lines[:2]))
    with pytest.raises(HeadNotSigned, match="the trail tells of 3 heads, the head file of 2"):
        sign_head(signed.registry)
    signed.heads.rename(signed.heads.with_name("former"))
    with pytest.raises(HeadNotSigned):
        sign_head(signed.registry)
    head = sign_head(signed.registry, new_file=True)
    assert head is not None
    assert head.sequence == 4


@pytest.mark.databases("sqlite")
def test_the_file_alone_is_checked_on_a_machine_without_portal(signed: SignedTrail, tmp_path: Path) -> None:
    for _ in range(2):
        signed.day()
    config = head_config(signed.registry)
    assert config is not None
    public = tmp_path / "public.pem"
    public.write_text(config.key.public.pem())

    def check() -> tuple[int, str]:
        command = [sys.executable, "-m", "esea_auth_plugin.foundation.audit.heads", str(signed.heads), str(public)]
        done = execute(command, check=False)
        return done.status, done.stdout

    status, told = check()
    assert (status, "heads 1 to 2 verify" in told) == (0, True)
    signed.heads.write_text(signed.heads.read_text().replace('"number":2', '"number":1'))
    status, told = check()
    assert (status, told) == (1, "BROKEN: line 1 has a wrong signature\n")


@pytest.mark.databases("sqlite")
def test_a_renewed_head_key_goes_on_with_the_file_and_the_former_one_signs_no_more(
    signed: SignedTrail, package: Callable[..., Any], head_settings: dict[str, str], tmp_path: Path
) -> None:
    signed.day()
    former = head_config(signed.registry)
    assert former is not None
    (tmp_path / "former.pem").write_text(former.key.public.pem())
    create_signing_key(tmp_path / "second")
    settings = {
        **head_settings,
        "portal.audit_head_key": f"file:{tmp_path / 'second'}",
        "portal.audit_head_former_keys": str(tmp_path / "former.pem"),
    }
    renewed = make_trail(SignedTrail, package, signed.database, signed.clock, settings)
    renewed.day()
    assert renewed.verify_with_heads().proven
    copy = signed.heads.read_text()
    with pytest.raises(HeadFileBroken, match="not among the public keys"):
        read_file(former)
    signed.heads.write_text(copy.splitlines(keepends=True)[0])
    signed.execute("DELETE FROM esea_audit_event WHERE action = 'audit.head_signed'")
    sign_head(signed.registry)  # the former key, stolen, goes on from the first line
    second = signed.heads.read_text().splitlines(keepends=True)[1]
    signed.heads.write_text(copy + second)
    config = head_config(renewed.registry)
    assert config is not None
    with pytest.raises(HeadFileBroken, match="line 3 is signed by a key that was replaced"):
        read_file(config)


@pytest.mark.databases("sqlite")
def test_the_head_file_is_its_owner_s(signed: SignedTrail, tmp_path: Path) -> None:
    signed.day()
    assert {path.stat().st_mode & 0o777 for path in (signed.heads, tmp_path / "key")} == {0o600}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"portal.audit_head_key": ""}, "portal.audit_head_file"),
        ({"portal.audit_head_file": ""}, "portal.audit_head_file"),
        ({"portal.audit_head_key": "file:{folder}/no_key"}, "portal.audit_head_key"),
        ({"portal.audit_head_key": "file:{folder}/rsa"}, "portal.audit_head_key"),
        ({"portal.audit_head_former_keys": "{folder}/missing"}, "portal.audit_head_former_keys"),
    ],
)
def test_settings_that_can_not_sign_stop_the_start(
    package: Callable[..., Any],
    database: IDatabase,
    clock: ManualClock,
    head_settings: dict[str, str],
    tmp_path: Path,
    settings: dict[str, str],
    key: str,
) -> None:
    (tmp_path / "no_key").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    command = ["openssl", "genpkey", "-algorithm", "RSA", "-out", str(tmp_path / "rsa")]
    execute(command)
    given = {name: value.format(folder=tmp_path) for name, value in settings.items()}
    with pytest.raises(ConfigurationExecutionError, match=key):
        make_trail(SignedTrail, package, database, clock, {**head_settings, **given})

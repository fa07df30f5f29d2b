"""The head file: what the end of the chain was, day by day, signed and kept outside the database.

One line a head, JSON: how many events were sealed, the last link, when, and the hash of the line before, under an
Ed25519 signature. Whoever has the public key checks the file alone, on any machine: a line that was changed, removed or
put in between breaks the lines after it. Compared with a database it shows an end that was cut off, a past that was
written anew, and an older copy that was put in its place.

``python -m esea_auth_plugin.foundation.audit.heads FILE PUBLIC_KEYS`` checks a file on a machine without a portal.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..security.signing import SigningKey, SigningKeyError, VerifyingKey, read_public_keys

#: What is signed begins with it, so that a signature made for another use is worthless here.
_CONTEXT = b"esea-audit-head-1\n"
_MAX_LINE = 2000


class HeadFileBroken(Exception):
    """The head file does not verify; the message names the line."""


@dataclass(frozen=True, slots=True)
class Head:
    """One line.

    :ivar sequence: counts the heads of a portal from 1, across files. :ivar portal: address of the portal.
    :ivar previous: SHA-256 of the line before, ``""`` in the first line of a file.
    :ivar key: id of the key that signed.
    """

    sequence: int
    at: str
    portal: str
    number: int
    link: str
    previous: str
    key: str

    @property
    def moment(self) -> datetime:
        """When it was signed."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class HeadFile:
    """The lines of a file that verified, and the hash of the last."""

    heads: Sequence[Head] = ()
    last_line: str = ""

    @property
    def last(self) -> Head | None:
        """The newest head."""
        return self.heads[-1] if self.heads else None

    def links(self) -> Mapping[int, str]:
        """Return the link of each seal that was the head once."""
        return {head.number: head.link for head in self.heads}


def new_line(
    former: HeadFile, key: SigningKey, *, sequence: int, at: datetime, portal: str, number: int, link: str
) -> str:
    """Return the next line of a file, its line end included."""
    moment = at.astimezone(UTC).isoformat(timespec="seconds")
    head = Head(sequence, moment, portal, number, link, former.last_line, key.public.id)
    signature = base64.b64encode(key.sign(_signed(head))).decode()
    return _canonical({**asdict(head), "signature": signature}) + "\n"


def read_heads(text: str, keys: Sequence[VerifyingKey]) -> HeadFile:
    """Check the text of a head file.

    :param keys: public keys, the newest first; once a key signed, the ones after it (older) sign no more.
    :raises HeadFileBroken: naming the line.
    """
    found: list[Head] = []
    last_line, newest = "", len(keys)
    if text and not text.endswith("\n"):
        raise HeadFileBroken(f"line {text.count(chr(10)) + 1} is not complete")
    for count, line in enumerate(text.splitlines(), 1):
        head, signature = _parsed(count, line)
        place = next((index for index, key in enumerate(keys) if key.id == head.key), None)
        if place is None:
            raise HeadFileBroken(f"line {count} is signed by the key {head.key}, which is not among the public keys")
        if place > newest:
            raise HeadFileBroken(f"line {count} is signed by a key that was replaced before")
        if not keys[place].verifies(signature, _signed(head)):
            raise HeadFileBroken(f"line {count} has a wrong signature")
        newest = place
        _check_order(count, found[-1] if found else None, head, last_line)
        found.append(head)
        last_line = line_hash(line)
    return HeadFile(found, last_line)


def line_hash(line: str) -> str:
    """Return what the next line holds of a line."""
    return hashlib.sha256(line.rstrip("\n").encode()).hexdigest()


def _check_order(count: int, former: Head | None, head: Head, last_line: str) -> None:
    if head.previous != last_line:
        raise HeadFileBroken(f"line {count} does not follow from the line before it: something was removed or added")
    if former is None:
        return
    if head.sequence != former.sequence + 1 or head.moment < former.moment or head.number < former.number:
        raise HeadFileBroken(f"line {count} goes back behind the line before it")
    if head.number == former.number and head.link != former.link:
        raise HeadFileBroken(f"line {count} contradicts the line before it")


def _parsed(count: int, line: str) -> tuple[Head, bytes]:
    try:
        if len(line) > _MAX_LINE:
            raise ValueError("too long")
        values = json.loads(line)
        signature = base64.b64decode(values.pop("signature"), validate=True)
        if type(values["number"]) is not int or type(values["sequence"]) is not int:
            raise ValueError("wrong types")
        head = Head(**values)
        if _canonical({**asdict(head), "signature": base64.b64encode(signature).decode()}) != line:
            raise ValueError("not written by us")
        if head.moment.tzinfo is None:
            raise ValueError("no time zone")
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise HeadFileBroken(f"line {count} is no head") from error
    return head, signature


def _signed(head: Head) -> bytes:
    return _CONTEXT + _canonical(asdict(head)).encode()


def _canonical(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def main(arguments: Sequence[str]) -> int:
    """Check a file with public keys alone; status 1 if it is broken."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m esea_auth_plugin.foundation.audit.heads HEAD_FILE PUBLIC_KEYS\n")
        return 2
    try:
        keys = read_public_keys(Path(arguments[1]).read_text(encoding="ascii"))
        found = read_heads(Path(arguments[0]).read_text(encoding="ascii"), keys)
    except (OSError, UnicodeDecodeError, SigningKeyError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except HeadFileBroken as error:
        sys.stdout.write(f"BROKEN: {error}\n")
        return 1
    sys.stdout.write("\n".join(described(found)) + "\n")
    return 0


def described(file: HeadFile) -> Sequence[str]:
    """Return what to tell about a file that verified."""
    first, last = (file.heads[0], file.heads[-1]) if file.heads else (None, None)
    if first is None or last is None:
        return ["no head was signed yet"]
    lines = [f"heads {first.sequence} to {last.sequence} verify, from {first.at} to {last.at}"]
    if first.sequence > 1:
        lines.append(f"heads 1 to {first.sequence - 1} are in a former file")
    lines.append(f"last head of {last.portal}: {last.number}:{last.link}")
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Refuses words of the project's former private vocabulary: the standard term stands beside each (CONTRIBUTING.md)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Pattern of a banned word in code and prose, and what to write instead.
BANNED = {
    r"postm[ae]n": "mail worker",
    r"strangers?": "third party",
    r"parked": "saved form",
    r"outliving": "deferred write",
    r"leftovers?": "strict traversal, remaining path segments",
    r"whereabouts": "geolocation",
    r"farewells?": "end session",
    r"knock(s|ed|ing)?": "probe, ask again",
    r"vouch(es|ed|ing)?": "approve",
    r"disown(s|ed|ing)?": "reject",
    r"rooms": "packages",
}
SUFFIXES = {".py", ".md", ".jinja2", ".ini", ".toml", ".cfg", ".js", ".mjs", ".sh", ".css"}
#: Stored names keep their words (tables, columns, migrations); the former changelog entries are history.
LEFT_OUT = {"tools/check_terms.py", "tests/packaging/test_terms.py"}
_WORDS = re.compile(rf"(?<![a-z])({'|'.join(BANNED)})(?![a-z])", re.IGNORECASE)
_STORED = re.compile(
    r"esea_parked_form|vouched_at|\"sign_in\.parked\"|mail_domain\.(vouched|disowned)|\"(vouch|disown)_domain\""
)


def findings(text: str) -> list[tuple[int, str]]:
    """Return line number and word of each banned word in a text."""
    return [
        (number, found[0])
        for number, line in enumerate(text.splitlines(), 1)
        for found in _WORDS.finditer(_STORED.sub("", line))
    ]


def main() -> int:
    """Print each finding with its file and the term to use; return 1 if there is one."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    status = 0
    for name in listed.stdout.split():
        path = ROOT / name
        if path.suffix not in SUFFIXES or name in LEFT_OUT or "/versions/" in name or not path.is_file():
            continue
        for number, word in findings(path.read_text(encoding="utf-8")):
            term = next(term for pattern, term in BANNED.items() if re.fullmatch(pattern, word, re.IGNORECASE))
            print(f"{name}:{number}: « {word} »: write {term}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())

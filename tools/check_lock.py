"""Checks that requirements.txt holds what the distributions ask for, with hashes, and that no lock names an address."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
DISTRIBUTIONS = ("esea_auth_plugin", "oru_espace_pro_plugin", "host_app")


def asked() -> Iterator[tuple[str, Requirement]]:
    """Yield (file, requirement) of the distributions, their optional parts, their builds, and our tools."""
    for folder in DISTRIBUTIONS:
        path = ROOT / folder / "pyproject.toml"
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        parts = data["project"].get("optional-dependencies", {})
        optional = [line for lines in parts.values() for line in lines]
        for line in [*data["project"]["dependencies"], *optional, *data["build-system"]["requires"]]:
            yield f"{folder}/pyproject.toml", Requirement(line)
    for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith(("#", "-e")):
            yield "requirements.in", Requirement(line)


def locked(text: str) -> dict[str, list[Version]]:
    """Return the versions that the lock pins, by canonical name."""
    found: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(Version(version))
    return found


def problems() -> Iterator[str]:
    """Yield what is wrong, one line each."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = locked(text)
    own = {canonicalize_name(folder) for folder in DISTRIBUTIONS}
    for file, requirement in asked():
        name = canonicalize_name(requirement.name)
        if name in own:
            continue
        versions = pins.get(name, [])
        if not versions or not all(requirement.specifier.contains(version) for version in versions):
            pinned = ", ".join(map(str, versions)) or "nothing"
            yield f"{file} asks for {requirement}, the lock pins {pinned}: run `make lock`"
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    yield from (f"no hash: {entry.split()[0]}" for entry in entries if "==" in entry and "--hash=sha256:" not in entry)
    if "://" in text or "--index" in text or "--find-links" in text:
        yield "requirements.txt names an address: it must install from whatever index the machine has"
    for path in sorted(each for folder in ("tests", "tools") for each in (ROOT / folder).rglob("package-lock.json")):
        # Donation pages count too: a lock is versions and hashes.
        if "://" in path.read_text(encoding="utf-8"):
            yield f"{path.relative_to(ROOT)} names an address: take `resolved` and `funding` out of it"


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found) or "requirements.txt is in step, no lock names an address")
    sys.exit(bool(found))

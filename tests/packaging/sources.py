"""The project's own files, as the packaging tests read them."""

from __future__ import annotations

from pathlib import Path

from esea_auth_plugin.testing.processes import execute

ROOT = Path(__file__).parents[2]
DISTRIBUTIONS = ("esea_auth_plugin", "oru_espace_pro_plugin", "host_app")


def package(name: str) -> Path:
    """Return the folder of a distribution's import package."""
    return ROOT / name / "src" / name


def tracked() -> list[Path]:
    """Return the files that the project keeps, and those it is about to keep."""
    listed = execute(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT)
    found = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in found if path.is_file()]

"""Writes the towns of each French postal code from the open data of the « Base Adresse Nationale ».

``python tools/write_towns.py codes-postaux.json``, the file of the npm package of that name (Licence Ouverte).
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

_TARGET = Path(__file__).parents[1] / "esea_auth_plugin/src/esea_auth_plugin/foundation/nomenclatures/data/towns.txt"
_HEADER = """\
# Postal codes of France with their towns. Source: codes-postaux 4.1.2 (Base Adresse Nationale, La Poste, INSEE),
# Licence Ouverte 2.0. A town followed by « @39 » lies in that département, not in the one that the code begins with.
"""
_DISTRICT = re.compile(r" \d+er? Arrondissement$")


def department(code: str) -> str:
    """Return the département that a commune's code begins with."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def main(source: str) -> None:
    """Write the file."""
    towns: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in json.loads(Path(source).read_text(encoding="utf-8")):
        towns[row["codePostal"]].add((_DISTRICT.sub("", row["nomCommune"]), department(row["codeCommune"])))
    lines = [f"{code} {';'.join(_written(code, name, where) for name, where in sorted(towns[code]))}" for code in towns]
    _TARGET.write_text(_HEADER + "\n".join(sorted(lines)) + "\n", encoding="utf-8")


def _written(code: str, name: str, where: str) -> str:
    name = name.replace("'", "’")
    return name if where == department(code) else f"{name}@{where}"


if __name__ == "__main__":
    main(sys.argv[1])

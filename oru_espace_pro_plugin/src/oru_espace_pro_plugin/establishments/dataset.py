"""Reads a directory file: the packaged one, or the integrator's, with the same columns.

Beside ``NAME.csv`` may stand ``NAME.corrections.csv`` (code, colonne, valeur): what is shown instead of the source's
text, so that the file itself stays the faithful copy of its source.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from esea_auth_plugin.directives import report_problems
from esea_auth_plugin.errors import Problem

from ..interfaces import Confidence, Establishment, Kind

_CONFIDENCE = {
    "S (2014-16 list)": Confidence.LIST,
    "S (press/site); FINESS S": Confidence.PRESS,
    "S (FINESS 2020)": Confidence.FINESS,
    "S (FINESS 2020), role unknown": Confidence.FINESS_ROLE_UNKNOWN,
    "S (2014-16 list), no FINESS found": Confidence.LIST_ONLY,
    "I": Confidence.INFERRED,
}
_HELISMUR = {"oui": True, "non": False}


class BadDirectory(ValueError):
    """The file can't be read; the message names file, line and column."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A directory file, read. ``digest`` names its content, corrections included."""

    file_name: str
    digest: str
    establishments: tuple[Establishment, ...]

    def current(self) -> tuple[Establishment, ...]:
        """Return what exists today as far as the file tells.

        A structure of the 2014-2016 list that FINESS doesn't know any more has closed or moved: it is history.
        """
        return tuple(item for item in self.establishments if item.confidence is not Confidence.LIST_ONLY)


def load(path: str) -> Dataset:
    """Read the file at ``path``, the packaged one when it is empty.

    :raises BadDirectory: the file is missing, lacks a column, or a line makes no sense.
    """
    file: Any = Path(path) if path else files(__package__) / "data" / "etablissements.csv"
    try:
        content = file.read_bytes()
    except OSError:
        raise BadDirectory(f"{file.name}: can't be read") from None
    corrections_name = file.name.removesuffix(".csv") + ".corrections.csv"
    beside: Any = file.parent / corrections_name if path else files(__package__) / "data" / corrections_name
    fixes = beside.read_bytes() if beside.is_file() else b""
    rows = _read(content, _corrections(fixes), file.name)
    return Dataset(file.name, hashlib.sha256(content + b"\0" + fixes).hexdigest(), rows)


def _corrections(content: bytes) -> Mapping[tuple[str, str], str]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return {(line["code"], line["colonne"]): line["valeur"] for line in reader}


def _read(content: bytes, corrections: Mapping[tuple[str, str], str], name: str) -> tuple[Establishment, ...]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    found: dict[str, Establishment] = {}
    for line, row in enumerate(reader, start=2):
        try:
            item = _establishment({key: corrections.get((row["code"], key), value) for key, value in row.items()})
        except (KeyError, ValueError) as wrong:
            raise BadDirectory(f"{name}, line {line}: {wrong}") from None
        if item.code in found:
            raise BadDirectory(f"{name}, line {line}: {item.code} stands twice")
        found[item.code] = item
    return tuple(found.values())


def _establishment(row: Mapping[str, str]) -> Establishment:
    return Establishment(
        code=row["code"],
        kind=Kind(row["type"]),
        name=_capital(row["libelle"]),
        hosted_by=row["etablissement"],
        address=row["adresse"],
        postcode=row["code_postal"],
        town=row["commune"],
        department=row["dep"],
        department_name=row["departement"],
        sector=row["nature"],
        helismur=_HELISMUR.get(row["heli_smur"]),
        latitude=float(row["lat"]) if row["lat"] else None,
        longitude=float(row["lon"]) if row["lon"] else None,
        point_source=row["coord_source"],
        finess=row["finess_et"],
        finess_name=row["finess_libelle"],
        year=int(row["annee"]),
        confidence=_CONFIDENCE[row["confiance"]],
        note=row["note"],
        source=row["source"],
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def check_settings(config: Any) -> None:
    """Stop the start when the integrator's file can't be read."""
    path = config.registry.settings.get("oru_espace_pro.establishments_file", "")
    try:
        load(path)
    except BadDirectory as bad:
        report_problems(
            config, [Problem("oru_espace_pro.establishments_file", "", str(bad), "give a CSV with our columns")]
        )

"""Reads a directory file: the packaged one, or the integrator's, with the same columns.

Beside ``NAME.csv`` may stand ``NAME.corrections.csv`` (code, colonne, valeur): what is shown instead of the source's
text, so that the file itself stays the faithful copy of its source.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from esea_auth_plugin.directives import report_problems
from esea_auth_plugin.errors import Problem
from esea_auth_plugin.foundation.csv_files import BadCell, BadDataFile, Row, read_csv
from esea_auth_plugin.pyramid_types import Configurator

from ..interfaces import Confidence, Establishment, Kind

COLUMNS = (
    "code", "type", "libelle", "etablissement", "adresse", "code_postal", "commune", "dep", "departement", "nature",
    "heli_smur", "lat", "lon", "coord_source", "finess_et", "finess_libelle", "note", "annee", "confiance", "source",
)  # fmt: skip
_CONFIDENCE = {
    "S (2014-16 list)": Confidence.LIST,
    "S (press/site); FINESS S": Confidence.PRESS,
    "S (FINESS 2020)": Confidence.FINESS,
    "S (FINESS 2020), role unknown": Confidence.FINESS_ROLE_UNKNOWN,
    "S (2014-16 list), no FINESS found": Confidence.LIST_ONLY,
    "I": Confidence.INFERRED,
}
_HELISMUR = {"oui": True, "non": False}


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

    :raises BadDataFile: the file or its corrections cannot be read, lack a column, or a line makes no sense.
    """
    file: Any = Path(path) if path else files(__package__) / "data" / "etablissements.csv"
    content = _bytes(file)
    corrections_name = file.name.removesuffix(".csv") + ".corrections.csv"
    beside: Any = file.parent / corrections_name if path else files(__package__) / "data" / corrections_name
    fixes = _bytes(beside) if beside.is_file() else b""
    corrections = _corrections(fixes, corrections_name) if fixes else {}
    rows = _read(content, corrections, file.name)
    return Dataset(file.name, hashlib.sha256(content + b"\0" + fixes).hexdigest(), rows)


def _bytes(file: Any) -> bytes:
    try:
        content: bytes = file.read_bytes()
    except (OSError, ValueError) as wrong:
        cure = "name a file that the portal's user may read"
        raise BadDataFile(file.name, f"cannot be read ({type(wrong).__name__})", cure) from None
    return content


def _corrections(content: bytes, name: str) -> Mapping[tuple[str, str], str]:
    rows = read_csv(content, name, ("code", "colonne", "valeur"))
    for row in rows:
        row.read("colonne", _column)
    return {(row.cells["code"], row.cells["colonne"]): row.cells["valeur"] for row in rows}


def _read(content: bytes, corrections: Mapping[tuple[str, str], str], name: str) -> tuple[Establishment, ...]:
    found: dict[str, Establishment] = {}
    finess: dict[tuple[str, Kind], int] = {}
    for row in read_csv(content, name, COLUMNS):
        code = row.cells["code"]
        cells = {column: corrections.get((code, column), cell) for column, cell in row.cells.items()}
        item = _establishment(replace(row, cells=cells))
        if item.code in found:
            raise row.error(f"{item.code} stands twice", "give each structure a code of its own", column="code")
        key = (item.finess, item.kind)
        if item.finess and key in finess:
            cause = f"has the number and the type of line {finess[key]}"
            raise row.error(cause, "remove one of the two lines", column="finess_et")
        found[item.code], finess[key] = item, row.line
    return tuple(found.values())


def _establishment(row: Row) -> Establishment:
    cells = row.cells
    return Establishment(
        code=row.read("code", _filled),
        kind=row.read("type", Kind),
        name=_capital(row.read("libelle", _filled)),
        hosted_by=cells["etablissement"],
        address=cells["adresse"],
        postcode=row.read("code_postal", _digits(5)),
        town=cells["commune"],
        department=row.read("dep", _department),
        department_name=cells["departement"],
        sector=cells["nature"],
        helismur=_HELISMUR.get(cells["heli_smur"]),
        latitude=row.read("lat", _degrees(90)),
        longitude=row.read("lon", _degrees(180)),
        point_source=cells["coord_source"],
        finess=row.read("finess_et", _finess),
        finess_name=cells["finess_libelle"],
        year=row.read("annee", _year),
        confidence=row.read("confiance", _CONFIDENCE.__getitem__),
        note=cells["note"],
        source=cells["source"],
    )


_KEEP_ZEROS = "the spreadsheet dropped leading zeros: format the column as text and export again"


def _filled(text: str) -> str:
    if not text:
        raise BadCell("is empty", "fill it")
    return text


def _column(text: str) -> str:
    if text not in COLUMNS:
        raise BadCell("names a column that the directory does not have", f"write one of: {', '.join(COLUMNS)}")
    return text


def _digits(length: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text and not re.fullmatch(rf"[0-9]{{{length}}}", text):
            short = re.fullmatch(r"[0-9]+", text) is not None and len(text) < length
            raise BadCell(f"has not {length} digits", _KEEP_ZEROS if short else "correct it")
        return text

    return parse


def _finess(text: str) -> str:
    """A FINESS number: nine characters, the département first (2A and 2B in Corsica), a Luhn key last."""
    if not text:
        return ""
    if not re.fullmatch(r"[0-9][0-9AB][0-9]{7}", text):
        short = re.fullmatch(r"[0-9]{1,8}", text) is not None
        raise BadCell("is no FINESS number (nine characters)", _KEEP_ZEROS if short else "correct it")
    if text.isdecimal():
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(text))]
        if sum(number - 9 * (number > 9) for number in doubled) % 10:
            raise BadCell("is a FINESS number whose key is wrong", "correct it")
    return text


def _department(text: str) -> str:
    if not re.fullmatch(r"[0-9]{2,3}|2[AB]", text):
        raise BadCell("is no département", _KEEP_ZEROS if re.fullmatch(r"[0-9]", text) else "write its code, e.g. `33`")
    return text


def _degrees(most: int) -> Callable[[str], float | None]:
    def parse(text: str) -> float | None:
        if not text:
            return None
        if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,12})?", text) or abs(float(text)) > most:
            cure = "write degrees with a point, e.g. `45.64569`"
            raise BadCell(f"is no number between -{most} and {most}", cure)
        return float(text)

    return parse


def _year(text: str) -> int:
    if not re.fullmatch(r"(19|20)[0-9]{2}", text):
        raise BadCell("is no year", "write four digits")
    return int(text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def check_settings(config: Configurator) -> None:
    """Stop the start when the integrator's file can't be read."""
    path = config.registry.settings.get("oru_espace_pro.establishments_file", "")
    try:
        load(path)
    except BadDataFile as bad:
        where = f"{bad.file}{f', line {bad.line}' if bad.line else ''}{f', column {bad.column}' if bad.column else ''}"
        report_problems(config, [Problem("oru_espace_pro.establishments_file", where, bad.cause, bad.cure)])

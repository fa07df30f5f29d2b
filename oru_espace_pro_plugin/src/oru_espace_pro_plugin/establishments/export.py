"""The list as a file for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from ..interfaces import Establishment
from .kinds import CONFIDENCE, WORDS
from .sources import source_fr

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_HEAD = (
    "code", "type", "nom", "etablissement", "adresse", "code_postal", "commune", "departement", "nom_departement",
    "statut", "finess", "latitude", "longitude", "annee", "fiabilite", "note", "source",
)  # fmt: skip


def safe_cell(value: str) -> str:
    """Return a cell that no spreadsheet runs as a formula (OWASP « CSV injection »).

    A text that begins like one gets an apostrophe; a plain number, negative longitudes among them, stays a number.
    """
    if value.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "|", "%")) and not _NUMBER.fullmatch(value):
        return "'" + value
    return value


def as_csv(establishments: Sequence[Establishment]) -> bytes:
    """Return the list in UTF-8 with a byte-order mark and semicolons, which French spreadsheets open as it is."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEAD)
    for item in establishments:
        cells = (
            item.code, WORDS[item.kind].label, item.name, item.hosted_by, item.address, item.postcode, item.town,
            item.department, item.department_name, item.sector, item.finess,
            _degrees(item.latitude), _degrees(item.longitude),
            str(item.year), CONFIDENCE[item.confidence], item.note, source_fr(item.source),
        )  # fmt: skip
        writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}"

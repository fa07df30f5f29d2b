"""The list as a file for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from esea_auth_plugin.foundation.layout.filters import iso

from ..establishments.export import safe_cell
from .catalogue import Catalogue
from .machine import STATE_TITLES
from .records import Difficulty

_HEAD = (
    "identifiant", "structure", "nom", "finess", "departement", "nature", "niveau", "etat", "motifs", "filieres",
    "actions", "debut", "fin_prevue", "fin", "declaree_le", "modifiee_le",
)  # fmt: skip


def as_csv(found: Sequence[Difficulty], catalogue: Catalogue) -> bytes:
    """Return the list in UTF-8 with a byte-order mark and semicolons, which French spreadsheets open as it is."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEAD)
    for item in found:
        cells = (
            item.id, item.structure, item.structure_name, item.finess, item.department,
            catalogue.nature_title(item.nature), str(item.level), STATE_TITLES[item.state],
            _titles(catalogue.motives, item.motives), _titles(catalogue.pathways, item.pathways),
            _titles(catalogue.actions, item.actions),
            iso(item.starts_at), iso(item.expected_end_at), iso(item.ended_at),
            iso(item.declared_at), iso(item.changed_at),
        )  # fmt: skip
        writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _titles(known: object, codes: Sequence[str]) -> str:
    titles = known if isinstance(known, dict) else {}
    return ", ".join(titles.get(code, code) for code in codes)

"""Says the recorded source of a structure in French: the file keeps its compiler's English words, pages don't."""

from __future__ import annotations

import re

_MONTHS = {
    "Jan": "janvier", "Feb": "février", "Mar": "mars", "Apr": "avril", "May": "mai", "June": "juin", "July": "juillet",
    "Aug": "août", "Sept": "septembre", "Oct": "octobre", "Nov": "novembre", "Dec": "décembre",
}  # fmt: skip
_PHRASES = (
    ("(FEDORU list, 2014-2016)", "(liste FEDORU, 2014-2016)"),
    ("(from FINESS extract of 2020-03-06)", "(d'après l'extraction FINESS du 6 mars 2020)"),
    ("FINESS and coordinates:", "FINESS et coordonnées :"),
    ("FINESS:", "FINESS :"),
    ("site copy", "(copie du site)"),
    ("same article", "même article"),
    ("video page", "page de la vidéo"),
    ("Girac site", "site de Girac"),
    ("inferred successor of", "suite présumée de la"),
    ("github ", "GitHub "),
)
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})\b (?=\d{{4}})")


def source_fr(text: str) -> str:
    """Return the source as a French reader expects it; names of sites and files stay as they are."""
    for english, french in _PHRASES:
        text = text.replace(english, french)
    return _MONTH.sub(lambda found: f"{_MONTHS[found[1]]} ", text).replace(" ; ", " ; ")

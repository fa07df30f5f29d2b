"""Where a row comes from is said in French; the file itself stays the faithful copy of its source."""

from __future__ import annotations

import re

from oru_espace_pro_plugin.establishments.dataset import load
from oru_espace_pro_plugin.establishments.sources import source_fr

ENGLISH = re.compile(
    r"\b(list|from|extract|of|and|coordinates|site copy|same|video|page \)|inferred|July|Aug|Dec|Feb|May|June)\b"
)


def test_no_source_of_the_directory_is_told_in_english() -> None:
    left = [
        english[0]
        for item in load("").establishments
        # Addresses of web pages are names, whatever their language.
        for part in re.sub(r"\S+/\S*", "", source_fr(item.source)).split(" ; ")
        if (english := ENGLISH.search(part))
    ]
    assert left == []


def test_names_of_sites_and_years_stay_as_they_are() -> None:
    told = source_fr("helenefm.com (Aug 2025) ; github jcrb/RPU_Doc Carto/list.ods @cccef7a (FEDORU list, 2014-2016)")
    assert told == "helenefm.com (août 2025) ; GitHub jcrb/RPU_Doc Carto/list.ods @cccef7a (liste FEDORU, 2014-2016)"

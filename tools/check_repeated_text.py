"""Finds what templates say twice: a long sentence, or a run of lines, that stands in more than one template.

A text that stands twice is corrected once. Move it to a macro, an include or an email's shared part. The plain and
HTML parts of one email may say the same thing: they are two renderings of one text.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
DISTRIBUTIONS = ("esea_auth_plugin", "oru_espace_pro_plugin", "host_app")

#: A sentence of so many words said the same way twice is a copy, not a coincidence.
WORDS = 14
#: So many lines of markup in a row, the same twice, ask for a macro.
LINES = 8


def templates() -> Iterator[Path]:
    """Yield every template of the three distributions."""
    for name in DISTRIBUTIONS:
        yield from sorted((ROOT / name / "src").rglob("*.jinja2"))


def sentences(source: str) -> set[str]:
    """Return the long sentences that people read in a template."""
    prose = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " … ", source, flags=re.DOTALL)
    prose = re.sub(r"</?(?:a|abbr|b|code|em|strong|span|time)\b[^>]*>", " ", prose)
    parts = re.split(r"<[^>]+>|(?<=[.!?])\s", prose)
    folded = (re.sub(r"\s+", " ", part).strip() for part in parts)
    return {part for part in folded if len(re.findall(r"[^\W\d_]{2,}", part)) >= WORDS}


def runs(source: str) -> set[str]:
    """Return every run of ``LINES`` lines, indentation and empty lines left out."""
    lines = [line.strip() for line in source.splitlines() if len(line.strip()) > 3]
    return {"\n".join(lines[start : start + LINES]) for start in range(len(lines) - LINES + 1)}


def repeated() -> dict[str, set[str]]:
    """Return what stands in several templates, and their folders and names."""
    places: dict[str, set[str]] = defaultdict(set)
    for path in templates():
        source = path.read_text(encoding="utf-8")
        # The parts of one email lie in one folder and count as one place.
        place = path.parent if path.name in {"text.txt.jinja2", "html.jinja2"} else path
        for text in sentences(source) | runs(source):
            places[text].add(str(place.relative_to(ROOT)))
    return {text: where for text, where in places.items() if len(where) > 1}


if __name__ == "__main__":
    found = repeated()
    for text, where in sorted(found.items()):
        print(f"said in {', '.join(sorted(where))}:\n    {text[:300]}")
    print(f"{len(found)} texts stand in more than one template")
    sys.exit(bool(found))

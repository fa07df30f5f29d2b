"""Finds sentences that stand in several templates: each belongs in one, which the others include.

Run by ``make check``. A sentence is a run of text of at least 60 characters between two tags or expressions.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

from jinja2 import Environment

LEAST = 60


def sentences(source: str) -> set[str]:
    """Return the long runs of text of a template, white space folded."""
    text = "".join(token if kind == "data" else " \0 " for _, kind, token in Environment(autoescape=True).lex(source))
    runs = re.split(r"<[^>]*>|\0", re.sub(r"<(style|script)\b.*?</\1>", "", text, flags=re.DOTALL))
    return {run for run in (" ".join(run.split()) for run in runs) if len(run) >= LEAST}


def main() -> int:
    """Print each repeated sentence with its places; return how many there are."""
    places = defaultdict(list)
    for root in ("esea_auth_plugin", "oru_espace_pro_plugin", "host_app"):
        for path in sorted(Path(root).rglob("*.jinja2")):
            if path.name.endswith(".txt.jinja2"):
                continue  # the plain part of a letter says what its HTML part says
            for sentence in sentences(path.read_text(encoding="utf-8")):
                places[sentence].append(str(path))
    repeated = {sentence: where for sentence, where in places.items() if len(where) > 1}
    for sentence, where in sorted(repeated.items()):
        sys.stdout.write(f"« {sentence[:100]} » stands in {', '.join(where)}\n")
    return len(repeated)


if __name__ == "__main__":
    sys.exit(min(main(), 1))

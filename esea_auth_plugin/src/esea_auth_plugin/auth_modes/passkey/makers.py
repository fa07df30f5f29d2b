"""What a model of authenticator is called. The AAGUID is said by the key itself: it names, it proves nothing."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def _makers() -> dict[str, str]:
    found = json.loads((files(__package__) / "data/makers.json").read_text(encoding="utf-8"))
    return dict(found["makers"])


def maker_of(aaguid: str) -> str:
    """Return the model's name, ``""`` if it tells none (an AAGUID of zeros) or none that we know."""
    return _makers().get(aaguid.lower(), "")

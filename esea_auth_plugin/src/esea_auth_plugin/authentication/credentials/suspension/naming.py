"""Names frozen factors as their owner and the support know them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ....pyramid_types import Registry
from ....services import find
from ...registry import modes_of
from .service import SuspendedFactor, SuspendedFactors


def named(registry: Registry, session: Session, subject: str) -> list[tuple[SuspendedFactor, str]]:
    """Return what is frozen for a person, each with its French name: the device's, else the mode's."""
    return [
        (one, _name(registry, session, subject, one)) for one in find(registry, SuspendedFactors).of(session, subject)
    ]


def _name(registry: Registry, session: Session, subject: str, frozen: SuspendedFactor) -> str:
    mode = modes_of(registry).get(frozen.mode)
    if mode is None:
        return frozen.mode
    held = mode.credentials(session, subject) if frozen.reference else ()
    label = next((each.label for each in held if each.reference == frozen.reference), "")
    return f"{mode.title} – {label}" if label else mode.title

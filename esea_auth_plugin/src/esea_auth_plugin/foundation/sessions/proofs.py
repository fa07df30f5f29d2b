"""How proofs are written in a row and read back: plain JSON, unknown factors refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ...interfaces import Factor, Proof
from ...pyramid_types import JsonObject


def to_json(proofs: Sequence[Proof]) -> list[JsonObject]:
    """Return proofs as JSON values."""
    return [
        {
            "mode": proof.mode,
            "factors": sorted(proof.factors),
            "means": list(proof.means),
            "at": proof.at.isoformat(),
            "phishing_resistant": proof.phishing_resistant,
            "authenticator": proof.authenticator,
            "latest_end": proof.latest_end.isoformat() if proof.latest_end else None,
            "behind": proof.behind,
        }
        for proof in proofs
    ]


def from_json(rows: Sequence[JsonObject]) -> tuple[Proof, ...]:
    """Read proofs back.

    :raises ValueError: a factor that this version does not know: the session then counts for nothing.
    """
    return tuple(
        Proof(
            mode=row["mode"],
            factors=frozenset(Factor(name) for name in row["factors"]),
            means=tuple(row["means"]),
            at=datetime.fromisoformat(row["at"]),
            phishing_resistant=row["phishing_resistant"],
            authenticator=row["authenticator"],
            latest_end=datetime.fromisoformat(row["latest_end"]) if row["latest_end"] else None,
            behind=row.get("behind"),
        )
        for row in rows
    )


def merged(held: Sequence[Proof], new: Sequence[Proof]) -> tuple[Proof, ...]:
    """Return the proofs held with the new ones; a mode proved again replaces its older proof."""
    modes = {proof.mode for proof in new}
    return (*(proof for proof in held if proof.mode not in modes), *new)

"""External identities sealed at rest, each bound to its row."""

from __future__ import annotations

import json
from dataclasses import asdict

from ...interfaces import ExternalIdentity, ISealer, PendingIdentity

_PURPOSE = "linking.identity"


def seal(sealer: ISealer, pending: PendingIdentity, row_id: str) -> str:
    """Return the identity sealed for one row."""
    return sealer.seal(json.dumps(asdict(pending)).encode(), purpose=_PURPOSE, bound_to=row_id)


def unseal(sealer: ISealer, sealed: str, row_id: str) -> PendingIdentity:
    """Open a sealed identity of this row."""
    values = json.loads(sealer.open(sealed, purpose=_PURPOSE, bound_to=row_id))
    return PendingIdentity(**{**values, "identity": ExternalIdentity(**values["identity"])})

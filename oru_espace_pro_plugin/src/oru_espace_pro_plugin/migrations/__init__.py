"""The migrations of the Espace Pro: a branch of its own, with a metadata of its own and no dependency on accounts."""

from __future__ import annotations

from sqlalchemy import MetaData

from esea_auth_plugin.foundation.migrations import Branch

from ..models_base import OruModel


def _metadata() -> MetaData:
    return OruModel.metadata


#: Entry point ``oru_espace_pro``.
oru_espace_pro = Branch(
    label="oru_espace_pro",
    package="oru_espace_pro_plugin",
    versions="migrations/versions",
    metadata=_metadata,
)

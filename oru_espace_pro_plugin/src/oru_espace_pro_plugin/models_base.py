"""The base of the Espace Pro's tables: a metadata of its own, so that it also runs as a site of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import DeclarativeBase

from esea_auth_plugin.foundation.database import UtcDateTime, make_metadata


class OruModel(DeclarativeBase):
    """A table of the Espace Pro. People are named by their subject, never by a foreign key into accounts."""

    metadata = make_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}

"""Tables of the directory: what was imported, and the structures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from esea_auth_plugin.foundation.database import new_id

from ..models_base import OruModel


class ImportRow(OruModel):
    """One import of a directory file; the youngest one is what the pages show."""

    __tablename__ = "oru_directory_import"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    digest: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    imported_at: Mapped[datetime] = mapped_column(index=True)
    shown: Mapped[int]
    hidden: Mapped[int]
    first_year: Mapped[int]
    last_year: Mapped[int]


class EstablishmentRow(OruModel):
    """One structure of the last import. Historical ones are kept, never shown (``current``)."""

    __tablename__ = "oru_establishment"
    __table_args__ = (Index(None, "current", "department"),)

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    current: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(300))
    hosted_by: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(300))
    postcode: Mapped[str] = mapped_column(String(5))
    town: Mapped[str] = mapped_column(String(100))
    department: Mapped[str] = mapped_column(String(3))
    department_name: Mapped[str] = mapped_column(String(60))
    sector: Mapped[str] = mapped_column(String(20))
    helismur: Mapped[bool | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    point_source: Mapped[str] = mapped_column(String(60))
    finess: Mapped[str] = mapped_column(String(9), index=True)
    finess_name: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]
    confidence: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)

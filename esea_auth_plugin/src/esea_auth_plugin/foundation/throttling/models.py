"""The table of counters: one row a limit and key, both only as a keyed hash."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from ..database import FoundationModel


class ThrottleWindow(FoundationModel):
    """Two neighbouring windows of one counter. Moments are milliseconds since 1970, so that SQL can add to them.

    :ivar bucket: name of the limit, for operators; the key itself is nowhere.
    :ivar ends_ms: from this moment on the row counts for nothing.
    """

    __tablename__ = "esea_throttle_window"
    __table_args__ = (Index(None, "ends_ms"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(80))
    ceiling: Mapped[int] = mapped_column(Integer)
    span_ms: Mapped[int] = mapped_column(BigInteger)
    start_ms: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(Integer)
    last_ms: Mapped[int] = mapped_column(BigInteger)
    previous_start_ms: Mapped[int] = mapped_column(BigInteger)
    previous_count: Mapped[int] = mapped_column(Integer)
    previous_last_ms: Mapped[int] = mapped_column(BigInteger)
    ends_ms: Mapped[int] = mapped_column(BigInteger)

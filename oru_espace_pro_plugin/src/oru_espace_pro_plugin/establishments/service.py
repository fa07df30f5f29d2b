"""The directory: reads the current structures and searches them.

A region has some hundred structures, so a search reads them all in one query and sifts them here: the counts beside
the filters and accent-blind search then cost nothing more, the same on every database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from esea_auth_plugin.normalise.folding import fold_words, search_words
from esea_auth_plugin.pyramid_types import Registry

from ..interfaces import Confidence, Criteria, DirectoryImport, Establishment, Findings, Kind
from .importing import import_if_new
from .kinds import WORDS
from .models import EstablishmentRow, ImportRow

_COLUMNS = [getattr(EstablishmentRow, item.name) for item in fields(Establishment)]
_KINDS = list(Kind)


def _searchable(item: Establishment) -> str:
    words = WORDS[item.kind]
    return fold_words(
        f"{item.name} {item.hosted_by} {item.town} {item.postcode} {item.department} {item.department_name} "
        f"{item.finess} {item.finess_name} {item.code} {words.label} {words.short}"
    )


def _establishment(row: Any) -> Establishment:
    values = row._asdict()
    return Establishment(**{**values, "kind": Kind(row.kind), "confidence": Confidence(row.confidence)})


def _order(item: Establishment) -> tuple[str, int, str, str]:
    return (item.department, _KINDS.index(item.kind), fold_words(item.town), fold_words(item.name))


class Directory:
    """See :class:`~oru_espace_pro_plugin.interfaces.IDirectory`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def refresh(self) -> bool:
        """See the interface."""
        return import_if_new(self._registry)

    def everything(self, session: Session) -> Sequence[Establishment]:
        """See the interface."""
        rows = session.execute(select(*_COLUMNS).where(EstablishmentRow.current.is_(True)))
        return sorted(map(_establishment, rows), key=_order)

    def search(self, session: Session, criteria: Criteria) -> Findings:
        """See the interface."""
        everything = self.everything(session)
        wanted = search_words(criteria.words)

        def spoken(item: Establishment) -> bool:
            text = _searchable(item)
            return all(word in text for word in wanted)

        found = [item for item in everything if spoken(item)]
        in_department = [item for item in found if criteria.department in ("", item.department)]
        of_kind = [item for item in found if criteria.kind in (None, item.kind)]
        both = tuple(item for item in in_department if criteria.kind in (None, item.kind))
        return Findings(
            establishments=both,
            everything=tuple(everything),
            by_department=Counter(item.department for item in of_kind),
            by_kind=Counter(item.kind for item in in_department),
        )

    def get(self, session: Session, code: str) -> Establishment | None:
        """See the interface."""
        row = session.execute(
            select(*_COLUMNS).where(EstablishmentRow.current.is_(True), EstablishmentRow.code == code)
        ).first()
        return None if row is None else _establishment(row)

    def neighbours(self, session: Session, establishment: Establishment) -> Sequence[Establishment]:
        """See the interface. Antennas have a FINESS number of their own: the host's name brings them in too."""
        rows = session.execute(
            select(*_COLUMNS).where(
                EstablishmentRow.current.is_(True),
                EstablishmentRow.code != establishment.code,
                EstablishmentRow.department == establishment.department,
                (EstablishmentRow.finess == establishment.finess)
                | (EstablishmentRow.hosted_by == establishment.hosted_by),
            )
        )
        return sorted(map(_establishment, rows), key=_order)

    def latest_import(self, session: Session) -> DirectoryImport | None:
        """See the interface."""
        row = session.scalars(select(ImportRow).order_by(ImportRow.imported_at.desc()).limit(1)).first()
        if row is None:
            return None
        return DirectoryImport(
            digest=row.digest,
            file_name=row.file_name,
            imported_at=row.imported_at,
            shown=row.shown,
            hidden=row.hidden,
            first_year=row.first_year,
            last_year=row.last_year,
        )

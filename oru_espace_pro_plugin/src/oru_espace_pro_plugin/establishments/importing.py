"""Imports the directory file into the database, once per content.

Who runs it: the worker, by the job ``oru.import_directory`` (first start, new release, replaced file). It needs no
command, and a seed or a test may call it. The whole import is one transaction: readers see the old or the new.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from esea_auth_plugin.foundation.database import IDatabase, new_id
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import current_time, find

from ..settings import OruSettings
from .dataset import Dataset, load
from .models import EstablishmentRow, ImportRow

logger = logging.getLogger(__name__)


def import_if_new(registry: Registry) -> bool:
    """Import the file of the settings unless the last import had the same content; tell whether it was imported."""
    dataset = load(find(registry, OruSettings).establishments_file)
    database = find(registry, IDatabase)
    with database.reading() as session:
        if last_digest(session) == dataset.digest:
            return False
    with database.writing() as session:
        import_dataset(session, dataset, current_time(registry))
    logger.info("directory imported from %s: %d structures", dataset.file_name, len(dataset.establishments))
    return True


def last_digest(session: Session) -> str | None:
    """Return the digest of the last import."""
    return session.scalar(select(ImportRow.digest).order_by(ImportRow.imported_at.desc()).limit(1))


def import_dataset(session: Session, dataset: Dataset, now: datetime) -> None:
    """Replace the structures by those of the dataset and note the import."""
    shown = {item.code for item in dataset.current()}
    session.execute(delete(EstablishmentRow))
    if dataset.establishments:
        rows = [{**asdict(item), "current": item.code in shown} for item in dataset.establishments]
        session.execute(insert(EstablishmentRow), rows)
    years = [item.year for item in dataset.current()] or [0]
    session.execute(
        insert(ImportRow).values(
            id=new_id(),
            digest=dataset.digest,
            file_name=dataset.file_name,
            imported_at=now,
            shown=len(shown),
            hidden=len(dataset.establishments) - len(shown),
            first_year=min(years),
            last_year=max(years),
        )
    )

"""Writes to who registers: what arrived, what is missing, what was decided."""

from __future__ import annotations

from sqlalchemy.orm import Session

from esea_auth_plugin.interfaces import IOutbox, PortalSettings, ReviewView
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import find

from ..settings import OruSettings
from . import store


def write(registry: Registry, session: Session, review: ReviewView, message: str, *, path: str, text: str = "") -> None:
    """Post an email about a request to the address of its form."""
    row = store.of_request(session, review.id)
    if row is None:
        return
    values = {
        "first_name": row.first_name,
        "reference": review.reference,
        "due_on": review.due_on,
        "text": text,
        "address": find(registry, PortalSettings).absolute(path),
        "contact_email": find(registry, OruSettings).contact_email,
    }
    find(registry, IOutbox).post(session, message, to=row.email, values=values)

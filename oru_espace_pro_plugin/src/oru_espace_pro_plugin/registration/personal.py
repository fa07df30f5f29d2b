"""What the registration keeps of a person: told to them on request, and erased with their account."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from esea_auth_plugin.events import AccountErased
from esea_auth_plugin.interfaces import ISealer
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import find

from ..interfaces import RegistrationForm
from .models import MemberRow, RegistrationRow, TermsRow
from .store import as_form


def personal_data(registry: Registry, session: Session, subject: str) -> object:
    """Return what the person typed, the CGU they accepted and their admission (a part of « Mes données »)."""
    typed = session.scalars(select(RegistrationRow).where(RegistrationRow.subject == subject))
    terms = session.scalars(select(TermsRow).where(TermsRow.subject == subject))
    members = session.scalars(select(MemberRow).where(MemberRow.subject == subject))
    return {
        "inscriptions": [{**_plain(as_form(find(registry, ISealer), row)), "le": row.updated_at} for row in typed],
        "conditions_acceptees": [{"version": row.version, "le": row.accepted_at} for row in terms],
        "admissions": [{"le": row.admitted_at, "terminee_le": row.ended_at} for row in members],
    }


def erase_person(event: AccountErased) -> None:
    """Subscriber: nothing of a person stays here; that they asked, and the answer, is the reviews' to keep."""
    for table in (RegistrationRow, TermsRow, MemberRow):
        event.session.execute(delete(table).where(table.subject == event.subject))


def _plain(form: RegistrationForm) -> dict[str, str]:
    return {name: str(getattr(form, name)) for name in form.__dataclass_fields__}

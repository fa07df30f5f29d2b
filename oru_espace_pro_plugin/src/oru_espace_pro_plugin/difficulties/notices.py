"""Who is told of a declaration, by rule: the SAMU of the département, the health agency, the observatory's team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from esea_auth_plugin.interfaces import IAccounts, IOutbox, IRoles, PortalSettings
from esea_auth_plugin.pyramid_types import PortalRequest
from esea_auth_plugin.services import find, offers

from ..interfaces import ARS_ROLE, SAMU_ROLE, TEAM_ROLE, Establishment, IDirectory, scope_of
from .rights import samus_of
from .service import Difficulties

EMAIL = "oru.difficulty_declared"


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who will be told. ``groups``: title and number of people; ``emails``: each address once."""

    groups: Sequence[tuple[str, int]]
    emails: Sequence[str]


def recipients_of(request: PortalRequest, structure: Establishment) -> Recipients:
    """Return who is told of a difficulty of this structure. Whoever declares it is not."""
    if not offers(request, IRoles) or not offers(request, IAccounts):
        return Recipients((), ())
    session: Session = request.dbsession
    roles = find(request, IRoles)
    samus = samus_of(find(request, IDirectory).everything(session), structure.department)
    wanted = {
        f"SAMU {structure.department}": roles.holding(session, SAMU_ROLE, [scope_of(samu.finess) for samu in samus]),
        "Agence régionale de santé": roles.holding(session, ARS_ROLE),
        "Équipe de l’observatoire": roles.holding(session, TEAM_ROLE),
    }
    groups = {title: set(people) - {request.identity.subject} for title, people in wanted.items()}
    subjects = sorted(set().union(*groups.values()))
    accounts = find(request, IAccounts).by_subjects(session, subjects)
    emails = sorted({account.email for account in accounts.values() if account.email})
    return Recipients([(title, len(people)) for title, people in groups.items() if people], emails)


def tell(request: PortalRequest, difficulty_id: str, structure: Establishment) -> None:
    """Post the emails of a new difficulty, in its transaction."""
    service = find(request, Difficulties)
    found = service.get(request.dbsession, difficulty_id)
    if found is None or found.version > 1:  # the same form came twice, and something happened in between
        return
    catalogue = service.catalogue
    values = {
        "nature": catalogue.nature_title(found.nature),
        "level": found.level,
        "level_title": catalogue.levels.get(found.level, ""),
        "structure": found.structure_name,
        "department": found.department,
        "starts_at": found.starts_at,
        "expected_end_at": found.expected_end_at,
        "answer_due_at": found.answer_due_at,
        "motives": ", ".join(catalogue.motives.get(code, code) for code in found.motives),
        "phone": found.phone,
        "address": find(request, PortalSettings).absolute(f"/espace-pro/difficultes/{found.id}"),
    }
    outbox = find(request, IOutbox)
    for email in recipients_of(request, structure).emails:
        outbox.post(request.dbsession, EMAIL, to=email, values=values, valid_until=found.expected_end_at)

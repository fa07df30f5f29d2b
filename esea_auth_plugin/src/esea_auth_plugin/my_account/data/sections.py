"""What the older packages know of a person, each part a mapping or a list of plain values.

Secrets are no personal data to hand out: neither hashes nor sealed keys are here. Of what others did only what the
person may see on « Mon activité » is told.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts import attribute_store
from ...accounts.attributes import KINDS, shown
from ...accounts.forms import ORIGIN_WORDS
from ...accounts.service import account_id_of
from ...authentication.registry import modes_of
from ...directives import PersonalData
from ...foundation.layout.browsers import browser_fr
from ...interfaces import IAccounts, IExternalIdentities, INotifications, IReviews, IRoles, ISessions
from ...portal_services.asking import motive_of
from ...portal_services.favourites import favourites_of
from ...portal_services.models import AccessGrant, AccessRequest
from ...pyramid_types import Registry
from ...services import find
from ..activity.reading import everything
from ..notices.kinds import KINDS as NOTICES
from ..notices.service import Notices


def account(registry: Registry, session: Session, subject: str) -> object:
    """Identifier, address, state, CGU."""
    found = find(registry, IAccounts).by_subject(session, subject)
    if found is None:
        return {}
    return {
        "sujet": found.subject,
        "identifiant": found.identifier,
        "email": found.email,
        "etat": found.state.value,
        "cree_le": found.created_at,
        "cgu": {"version": found.terms_version, "acceptees_le": found.terms_accepted_at},
        "roles": [
            {"role": role.name, "portee": role.scope} for role in find(registry, IRoles).granted(session, subject)
        ],
    }


def identity(registry: Registry, session: Session, subject: str) -> object:
    """Identity attributes with their origin and date."""
    values = find(registry, IAccounts).attributes(session, subject)
    said = attribute_store.origins(session, account_id_of(session, subject) or "")
    return [
        {
            "nom": KINDS[name].label if name in KINDS else name,
            "valeur": shown(name, value),
            "code": value if value != shown(name, value) else None,
            "origine": ORIGIN_WORDS.get(said[name][0], said[name][0]),
            "le": said[name][1],
        }
        for name, value in values.items()
        if name in said
    ]


def external(registry: Registry, session: Session, subject: str) -> object:
    """External identities linked to the account."""
    return [
        {
            "type": link.kind,
            "libelle": link.label,
            "autorite": link.issuer,
            "identifiant": link.subject,
            "details": dict(link.evidence),
            "liee_le": link.linked_at,
            "derniere_utilisation": link.last_used_at,
        }
        for link in find(registry, IExternalIdentities).of_account(session, subject)
    ]


def devices(registry: Registry, session: Session, subject: str) -> object:
    """Credentials of every enabled mode, without their secrets."""
    return [
        {
            "mode": mode.title,
            "nom": one.label,
            "ajoute_le": one.added_at,
            "derniere_utilisation": one.last_used_at,
            "lieu": one.place,
        }
        for mode in modes_of(registry).all()
        for one in mode.credentials(session, subject)
    ]


def sessions(registry: Registry, session: Session, subject: str) -> object:
    """Live sessions."""
    return [
        {
            "ouverte_le": view.created_at,
            "derniere_activite": view.last_seen_at,
            "navigateur": browser_fr(view.user_agent),
            "adresse": view.address,
        }
        for view in find(registry, ISessions).of_subject(session, subject)
    ]


def rights(registry: Registry, session: Session, subject: str) -> object:
    """Rights on services, ended ones included, and favourites."""
    rows = session.scalars(select(AccessGrant).where(AccessGrant.subject == subject).order_by(AccessGrant.valid_from))
    return {
        "droits": [
            {"service": row.service, "depuis": row.valid_from, "jusqu_a": row.valid_until, "termine_le": row.ended_at}
            for row in rows
        ],
        "favoris": sorted(favourites_of(session, subject)),
    }


def requests(registry: Registry, session: Session, subject: str) -> object:
    """Requests with their state and what was written in those for access."""
    asked = select(AccessRequest).where(AccessRequest.subject == subject)
    motives = {one.request_id: motive_of(registry, one) for one in session.scalars(asked)}
    return [
        {
            "reference": one.reference,
            "type": one.kind,
            "objet": one.title,
            "motif": motives.get(one.id, ""),
            "etat": one.state.value,
            "deposee_le": one.created_at,
            "decidee_le": one.decided_at,
            "motif_de_la_decision": one.reason,
        }
        for one in find(registry, IReviews).of_author(session, subject)
    ]


def notices(registry: Registry, session: Session, subject: str) -> object:
    """Notices of safety and choices about emails."""
    preferences: dict[str, bool] = {**find(registry, INotifications).choices(session, subject)}
    return {
        "alertes": [
            {"le": one.at, "objet": NOTICES[one.kind].subject, "details": dict(one.facts)}
            for one in find(registry, Notices).latest(session, subject, most=1_000)
        ],
        "preferences": preferences,
    }


def activity(registry: Registry, session: Session, subject: str) -> object:
    """The whole activity, as the page tells it."""
    return [
        {
            "le": line.at,
            "evenement": line.sentence,
            "objet": line.about,
            "par": line.by or "vous",
            "lieu": line.place,
            "navigateur": line.browser,
            "refuse": line.refused,
        }
        for line in everything(registry, session, subject)
    ]


SECTIONS: Mapping[str, PersonalData] = {
    "compte": account,
    "identite": identity,
    "identites_externes": external,
    "dispositifs": devices,
    "sessions": sessions,
    "services": rights,
    "demandes": requests,
    "notifications": notices,
    "activite": activity,
}

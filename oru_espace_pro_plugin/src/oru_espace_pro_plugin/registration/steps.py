"""« Étape 1/2 accès au service (support) · Étape 2/2 inscription Espace Pro (équipe ORU) »."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from esea_auth_plugin.foundation.layout.filters import date_fr
from esea_auth_plugin.interfaces import Identity, PortalSettings, ReviewState, ReviewView
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import find

from ..interfaces import SERVICE, Progress, Stage, Step
from ..settings import OruSettings

_FIRST = "Accès au service"
_SECOND = "Inscription Espace Pro"


def of(registry: Registry, identity: Identity, progress: Progress, asked: Sequence[ReviewView]) -> tuple[Step, Step]:
    """Return the two steps, where this person stands; ``asked`` are their requests of every kind, youngest first."""
    return _access(registry, identity, asked), _registration(registry, identity, progress)


def _access(registry: Registry, identity: Identity, requests: Sequence[ReviewView]) -> Step:
    contacts = find(registry, PortalSettings).contacts
    settings = find(registry, OruSettings)

    def step(state: str, tone: str, on: datetime | date | None, then: str, link: tuple[str, str] | None = None) -> Step:
        return Step(1, _FIRST, "support ESEA", state, tone, on, then, contacts.support_email, link)

    # The youngest request about the service, whichever package it was made in.
    asked = next((one for one in requests if one.topic == SERVICE), None)
    if SERVICE in identity.services:
        return step("accordé", "done", asked.decided_at if asked is not None else None, "")
    if asked is not None and asked.state in {ReviewState.OPEN, ReviewState.MORE_ASKED}:
        more = asked.state is ReviewState.MORE_ASKED
        return step(
            "compléments demandés" if more else "en attente",
            "current",
            asked.created_at,
            "Le support vous a posé une question au sujet de votre demande."
            if more
            else f"Réponse du support au plus tard le {date_fr(asked.due_on)}.",
            ("Répondre à la question", f"/compte/demandes/{asked.reference}/completer") if more else None,
        )
    ask = ("Demander l'accès au service", settings.access_path)
    if asked is not None and asked.state is ReviewState.REFUSED:
        return step("refusé", "blocked", asked.decided_at, "Vous pouvez faire une nouvelle demande.", ask)
    return step("à demander", "current", None, "Demandez l'accès : le support répond en heures ouvrables.", ask)


def _registration(registry: Registry, identity: Identity, progress: Progress) -> Step:
    contact = find(registry, OruSettings).contact_email
    review = progress.review

    def step(state: str, tone: str, on: datetime | date | None, then: str, link: tuple[str, str] | None = None) -> Step:
        return Step(2, _SECOND, "équipe ORU", state, tone, on, then, contact, link)

    place = "/espace-pro/inscription"
    if progress.stage is Stage.ADMITTED:
        return step("acceptée", "done", progress.admitted_at, "", ("Ouvrir l'Espace Pro", "/espace-pro"))
    if progress.stage is Stage.WAITING and review is not None:
        then = f"Réponse de l'équipe ORU au plus tard le {date_fr(review.due_on)}."
        return step("en attente", "current", review.created_at, then)
    if progress.stage is Stage.MORE_ASKED and review is not None:
        then = "Complétez votre demande : l'équipe ORU attend votre réponse."
        return step("compléments demandés", "current", review.created_at, then, ("Répondre à la question", place))
    if progress.stage is Stage.REFUSED and review is not None:
        return step("refusée", "blocked", review.decided_at, "Vous pouvez faire une nouvelle demande.",
                    ("Voir la réponse", place))  # fmt: skip
    if progress.admitted_at is not None:
        then = "Les conditions d'utilisation de l'Espace Pro ont changé : relisez-les et acceptez-les."
        return step("acceptée", "current", progress.admitted_at, then, ("Lire les conditions", place))
    if SERVICE not in identity.services:
        return step("à venir", "todo", None, "S'ouvre quand l'accès au service est accordé.")
    then = "Acceptez les conditions d'utilisation et remplissez le formulaire."
    return step("à faire", "current", None, then, ("M'inscrire à l'Espace Pro", place))

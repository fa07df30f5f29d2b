"""The access request as a kind of request: what the support sees, and what its decisions do."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from ..errors import PortalError
from ..foundation.reviews.kinds import DecidedOnly
from ..interfaces import (
    AccountState,
    Choice,
    Fact,
    FactSheet,
    FactSource,
    IAccounts,
    ICatalogue,
    IGrants,
    PortalService,
    ReviewView,
)
from ..pyramid_types import Registry
from ..services import find
from .asking import KIND, motive_of, tell
from .models import AccessRequest

_SHOWN = (
    "civility", "last_name", "first_name", "profession", "profession_other", "rpps", "adeli", "rpps_specialty",
    "workplace", "city", "department",
)  # fmt: skip


class AccessRequestKind(DecidedOnly):
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = KIND
    board = "support"
    queue = "adhesions"
    title = "Demande d'accès à un service"
    queue_title = "Adhésions"
    permission = "esea.support.review"
    refusal_reasons = (
        "Ce service n'est pas ouvert à votre profession ou à votre lieu d'exercice.",
        "Le motif indiqué ne permet pas de comprendre votre besoin.",
        "Les informations de votre compte ne permettent pas de vérifier votre activité.",
    )

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return what was asked and who asks."""
        asked = session.get(AccessRequest, review.id)
        service = find(registry, ICatalogue).get(review.topic)
        facts = [
            Fact("Service", service.title, "", service.audience)
            if service is not None
            else Fact("Service", review.topic, "warning", "Ce service n'est plus au catalogue."),
            Fact("Motif", motive_of(registry, asked) if asked is not None else "", source=FactSource.DECLARED),
            Fact("Conditions d'Utilisation", f"Version {asked.terms_version}, acceptée" if asked is not None else ""),
        ]
        return [FactSheet("Ce qui est demandé", tuple(facts)), self._person(registry, session, review)]

    def _person(self, registry: Registry, session: Session, review: ReviewView) -> FactSheet:
        accounts, subject = find(registry, IAccounts), review.author or ""
        account = accounts.by_subject(session, subject)
        if account is None:
            return FactSheet("Qui demande", (Fact("Compte", "introuvable", "warning"),))
        active = account.state is AccountState.ACTIVE
        facts = [
            Fact("Identifiant", account.identifier),
            *accounts.facts(session, subject, _SHOWN),
            Fact("Email", account.email, source=FactSource.MAILBOX if active else FactSource.DECLARED),
            Fact("Compte", "Actif" if active else "Non actif", "" if active else "warning"),
        ]
        held = find(registry, IGrants).services_of(session, subject)
        facts.append(Fact("Services déjà ouverts", _titles(registry, held) or "Aucun"))
        return FactSheet("Qui demande", tuple(facts), (("Voir le compte", f"/support/comptes/{subject}"),))

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Return nothing: one request is about one service."""
        return ()

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Give the right and tell the person."""
        service = _service(registry, review)
        account = find(registry, IAccounts).by_subject(session, review.author or "")
        if account is None or account.state is not AccountState.ACTIVE:
            raise PortalError(
                "Ce compte n'est pas actif : aucun accès ne peut lui être ouvert.", code="adhesion.account"
            )
        find(registry, IGrants).give(
            session, account.subject, service.slug, request_id=review.id, given_by=review.decided_by or ""
        )
        tell(registry, session, review, service, "accepted")

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> None:
        """Tell the person why, and whom to write to."""
        tell(registry, session, review, _service(registry, review), "refused", reason=reason)

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        """Tell the person what is missing."""
        tell(registry, session, review, _service(registry, review), "more_asked", question=question)


def _service(registry: Registry, review: ReviewView) -> PortalService:
    service = find(registry, ICatalogue).get(review.topic)
    if service is None:
        raise PortalError("Ce service n'est plus au catalogue du portail.", code="adhesion.unknown_service")
    return service


def _titles(registry: Registry, slugs: frozenset[str]) -> str:
    catalogue = find(registry, ICatalogue)
    return ", ".join(service.title for service in catalogue.all() if service.slug in slugs)

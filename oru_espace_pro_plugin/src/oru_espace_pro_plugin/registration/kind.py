"""The request kind « inscription Espace Pro », reviewed by the ORU team with the portal's reviewing screens."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from esea_auth_plugin.interfaces import Choice, Concerned, Fact, FactSheet, IReviews, ISealer, ReviewView
from esea_auth_plugin.normalise.phones import phone_fr
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import find

from ..interfaces import IRegistrations
from ..settings import OruSettings
from . import store
from .emails import write
from .lists import OTHER, load
from .models import RegistrationRow
from .service import KIND

DESK = "espace-pro"
REVIEW = "oru.registration.review"


class RegistrationKind:
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = KIND
    board = DESK
    queue = "inscriptions"
    title = "Inscription à l'Espace Pro"
    queue_title = "Inscriptions"
    permission = REVIEW

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """What was typed, and what a reviewer should know about it."""
        row = store.of_request(session, review.id)
        if row is None:
            return ()
        return (self._typed(registry, row), self._checked(registry, session, row))

    def _typed(self, registry: Registry, row: RegistrationRow) -> FactSheet:
        lists = load(find(registry, OruSettings).lists_file)
        function = lists.label(lists.functions, row.function)
        return FactSheet(
            "Ce qui a été saisi",
            (
                Fact("Prénom", row.first_name),
                Fact("Nom", row.last_name),
                Fact("Email", row.email),
                Fact("Fonction", f"{function} : {row.function_other}" if row.function == OTHER else function),
                Fact("Spécialité", lists.label(lists.specialities, row.speciality)),
                Fact("Vous êtes", lists.label(lists.profiles, row.profile)),
                Fact("Complément information", store.complement_of(find(registry, ISealer), row) or "Rien"),
                Fact("Téléphone", phone_fr(row.phone)),
            ),
        )

    def _checked(self, registry: Registry, session: Session, row: RegistrationRow) -> FactSheet:
        others = store.others_with_email(session, row.email, row.subject)
        earlier = [
            item
            for item in find(registry, IReviews).of_author(session, row.subject, kind=KIND)
            if item.id != row.request_id
        ]
        facts = (
            Fact("Conditions d'utilisation", f"Version {row.terms_version} acceptée", "ok"),
            Fact("Adresse déjà utilisée", f"Par {others} autre(s) personne(s)" if others else "Non",
                 "warning" if others else "ok", "Une même adresse pour deux personnes : à vérifier." if others else ""),
            Fact("Demandes antérieures", str(len(earlier)) if earlier else "Aucune"),
        )  # fmt: skip
        links = tuple(
            (f"Demande {item.reference}", f"/espace-pro/gestion/{self.queue}/{item.reference}") for item in earlier
        )
        return FactSheet("Ce qui a été vérifié", facts, links)

    def completion_path(self, review: ReviewView) -> str:
        """Return where the author changes what was typed."""
        return "/espace-pro/inscription/formulaire"

    def concerned(self, registry: Registry, session: Session, review: ReviewView) -> Concerned:
        """Return the account, and the person who was typed."""
        row = store.of_request(session, review.id)
        accounts = (review.author,) if review.author else ()
        if row is None:
            return Concerned(accounts)
        return Concerned(accounts, ({"last_name": row.last_name, "first_name": row.first_name, "email": row.email},))

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Nothing is decided apart."""
        return ()

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Admit the person and tell them."""
        find(registry, IRegistrations).admit(session, review)
        write(registry, session, review, "oru.registration_accepted", path="/espace-pro")

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> None:
        """Tell why, and whom to write to."""
        write(registry, session, review, "oru.registration_refused", path="/espace-pro/inscription", text=reason)

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        """Keep the question for the form, and tell the person."""
        row = store.of_request(session, review.id)
        if row is not None:
            store.keep_question(find(registry, ISealer), session, row, question)
        write(registry, session, review, "oru.registration_more", path="/espace-pro/inscription", text=question)

    def extra_actions(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[tuple[str, str]]:
        """There is none."""
        return ()

    def on_extra(self, registry: Registry, session: Session, review: ReviewView, action: str) -> str:
        """There is none: whoever asks for one went round the page."""
        raise LookupError(action)

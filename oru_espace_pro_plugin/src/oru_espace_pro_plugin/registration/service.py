"""The registration: who accepted the CGU, who asked, who is admitted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.events import AccountClosed
from esea_auth_plugin.foundation.database import lock_accounts
from esea_auth_plugin.interfaces import IAuditTrail, IClock, Identity, IReviews, ISealer, ReviewState, ReviewView
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import current_time, find

from ..interfaces import Progress, RegistrationForm, Stage, Step
from ..settings import OruSettings
from . import steps, store
from .emails import write

KIND = "espace_pro_registration"
ROLE = "oru"

_MAX_AT = 3
_WITHIN = timedelta(days=30)
_STAGES = {
    ReviewState.OPEN: Stage.WAITING,
    ReviewState.MORE_ASKED: Stage.MORE_ASKED,
    ReviewState.REFUSED: Stage.REFUSED,
}


class Registrations:
    """See :class:`~oru_espace_pro_plugin.interfaces.IRegistrations`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._clock = find(registry, IClock)
        self._sealer = find(registry, ISealer)
        self._version = find(registry, OruSettings).terms_version

    def progress(self, session: Session, subject: str, asked: Sequence[ReviewView] | None = None) -> Progress:
        """See the interface."""
        accepted = store.has_accepted(session, subject, self._version)
        member = store.member(session, subject)
        if member is not None:
            return Progress(Stage.ADMITTED if accepted else Stage.TERMS, admitted_at=member.admitted_at)
        if asked is None:
            asked = find(self._registry, IReviews).of_author(session, subject, kind=KIND)
        review = next((one for one in asked if one.kind == KIND), None)
        stage = _STAGES.get(review.state) if review is not None else None
        if stage in {Stage.WAITING, Stage.MORE_ASKED} and review is not None:
            row = store.of_request(session, review.id)
            return Progress(stage, review, question=store.question_of(self._sealer, row) if row is not None else "")
        if stage is Stage.REFUSED:
            return Progress(Stage.REFUSED, review)
        return Progress(Stage.FORM if accepted else Stage.TERMS, review)

    def is_admitted(self, session: Session, identity: Identity) -> bool:
        """See the interface. The ORU team opens its own place without asking itself."""
        if identity.has_role(ROLE):
            return True
        if store.member(session, identity.subject) is None:
            return False
        return store.has_accepted(session, identity.subject, self._version)

    def has_accepted_terms(self, session: Session, subject: str) -> bool:
        """See the interface."""
        return store.has_accepted(session, subject, self._version)

    def accept_terms(self, session: Session, subject: str, version: str) -> None:
        """See the interface."""
        if version != self._version:
            raise PortalError(
                "Les conditions d'utilisation viennent de changer : relisez-les, puis choisissez à nouveau.",
                code="registration.terms_changed",
            )
        lock_accounts(self._registry, session, subject)
        if store.accept(session, subject, version, self._clock.now()):
            self._audit(session, "registration.terms_accepted", subject, {"version": version})

    def form_of(self, session: Session, subject: str) -> RegistrationForm | None:
        """See the interface."""
        row = store.last_of(session, subject)
        return None if row is None else store.as_form(self._sealer, row)

    def submit(self, session: Session, subject: str, form: RegistrationForm) -> ReviewView:
        """See the interface."""
        lock_accounts(self._registry, session, subject)
        progress = self.progress(session, subject)
        reviews = find(self._registry, IReviews)
        if not store.has_accepted(session, subject, self._version):
            raise PortalError(
                "Acceptez d'abord les conditions d'utilisation de l'Espace Pro.", code="registration.terms_first"
            )
        if progress.stage is Stage.MORE_ASKED and progress.review is not None:
            # The state first: of two clicks, or after a decision meanwhile, only one changes what was typed.
            review = reviews.answered(session, progress.review.id)
            self._keep(session, review.id, subject, form)
            return review
        if progress.stage not in {Stage.FORM, Stage.REFUSED}:
            raise PortalError("Votre demande est déjà enregistrée.", code="registration.already_open")
        self._refuse_too_many(session, subject)
        review = reviews.open(
            session,
            KIND,
            title=f"{form.first_name} {form.last_name}",
            author=subject,
            search=f"{form.email} {form.phone}",  # the free text is sealed: a search would need it in clear
        )
        self._keep(session, review.id, subject, form)
        return review

    def steps(
        self, session: Session, identity: Identity, asked: Sequence[ReviewView] | None = None
    ) -> tuple[Step, Step]:
        """See the interface."""
        if asked is None:
            asked = find(self._registry, IReviews).of_author(session, identity.subject)
        return steps.of(self._registry, identity, self.progress(session, identity.subject, asked), asked)

    def acknowledge(self, session: Session, review: ReviewView) -> None:
        """See the interface."""
        write(self._registry, session, review, "oru.registration_received", path="/espace-pro/inscription")

    def admit(self, session: Session, review: ReviewView) -> None:
        """See the interface."""
        if review.author is not None:
            store.admit(session, review.author, review.id, self._clock.now())

    def _keep(self, session: Session, request_id: str, subject: str, form: RegistrationForm) -> None:
        store.save(self._sealer, session, request_id, subject, form, self._version, self._clock.now())
        self._audit(session, "registration.submitted", subject, {"request": request_id})

    def _refuse_too_many(self, session: Session, subject: str) -> None:
        since = self._clock.now() - _WITHIN
        requests = find(self._registry, IReviews).of_author(session, subject, kind=KIND)
        if sum(1 for item in requests if item.created_at > since) >= _MAX_AT:
            email = find(self._registry, OruSettings).contact_email
            raise PortalError(
                f"Vous avez déjà fait {_MAX_AT} demandes en {_WITHIN.days} jours. Écrivez à l'équipe ORU : {email}.",
                code="registration.too_many",
            )

    def _audit(self, session: Session, action: str, subject: str, details: dict[str, str]) -> None:
        find(self._registry, IAuditTrail).record(session, action, actor=subject, target=subject, details=details)


def end_with_account(event: AccountClosed, registry: Registry) -> None:
    """End the membership with the account, in the same transaction; it outlasts a suspension."""
    if event.suspended:
        return
    store.end_membership(event.session, event.subject, current_time(registry))

"""The sign-up as a kind of request: what the support sees of it, and what its decisions do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..accounts import identifiers
from ..errors import PortalError
from ..foundation.database import new_id
from ..foundation.security import tokens
from ..interfaces import (
    AccountState,
    Choice,
    Concerned,
    FactSheet,
    IAccounts,
    IAuditTrail,
    ICatalogue,
    ILinking,
    IOutbox,
    IPasswords,
    LinkBasis,
    PortalSettings,
    ReviewState,
    ReviewView,
)
from ..pyramid_types import JsonObject, Registry
from ..services import current_time, find
from .confirmation import Confirmations
from .models import SignUp
from .requests import KIND, SignUps
from .sheets import sheets

RESUME_LIFE = timedelta(days=30)
RESEND, SETTLE = "resend_token", "not_duplicate"


class DuplicateUndecided(PortalError):
    """A second account is not approved while somebody else's or an earlier one is in doubt."""

    code = "sign_up.duplicate"


class SignUpKind:
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = KIND
    board = "support"
    queue = "inscriptions"
    title = "Inscription au portail"
    queue_title = "Inscriptions"
    permission = "esea.support.sign_up"

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        return sheets(registry, session, _row(session, review))

    def concerned(self, registry: Registry, session: Session, review: ReviewView) -> Concerned:
        """Return the person who was typed, and the one whom a card or another authority proved."""
        row = _row(session, review)
        answers = SignUps(registry).answers_of(row)
        people = tuple(person for person in (answers.personal, answers.proven_attributes) if person)
        return Concerned(accounts=(row.subject,) if row.subject else (), people=people)

    def changes(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[str]:
        """Return the account that the sign-up led to."""
        subject = _row(session, review).subject
        return (subject,) if subject is not None else ()

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        row = _row(session, review)
        catalogue = find(registry, ICatalogue)
        slugs = row.services.split()
        return [Choice(slug, found.title) for slug in slugs if (found := catalogue.get(slug)) is not None]

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        row = _row(session, review)
        sign_ups = SignUps(registry)
        answers = sign_ups.answers_of(row)
        known = sign_ups.known(session, answers, but=row.id)
        if known.by_email:
            raise DuplicateUndecided(
                "Cette adresse appartient déjà à un compte : refusez la demande et orientez la personne."
            )
        if known.must_be_settled and row.duplicates_settled_at is None:
            message = "Un doublon possible n’est pas tranché : choisissez « Ce n’est pas un doublon », ou refusez."
            raise DuplicateUndecided(message)
        subject = new_id()
        identifier = row.identifier or ""
        if not identifiers.pass_on(session, identifier, holder=row.id, to=subject, kind=identifiers.ACCOUNT):
            raise PortalError(
                "L’identifiant choisi n’est plus réservé : demandez un complément.", code="sign_up.identifier"
            )
        find(registry, IAccounts).create(
            session,
            identifier=identifier,
            email=answers.email,
            attributes=answers.attributes,
            origin="declared",
            state=AccountState.PENDING,
            subject=subject,
        )
        if answers.proven is not None:
            basis = LinkBasis.SIGN_UP
            find(registry, ILinking).link(
                session, subject, answers.proven, mode="sign_up", basis=basis, by=review.decided_by
            )
        if row.password_hash:
            find(registry, IPasswords).set_hash(session, subject, row.password_hash)
        row.subject, row.password_hash = subject, None
        row.services_kept = " ".join(slug for slug in row.services.split() if slug in kept)
        row.resume_digest = row.resume_until = None
        session.flush()
        if answers.email_is_confirmed:
            # Who answered the code is who showed the card: there is nothing left that a token would prove.
            Confirmations(registry).open(session, row, subject)
        else:
            Confirmations(registry).mail_token(session, row)

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> None:
        row = _row(session, review)
        sign_ups = SignUps(registry)
        answers = sign_ups.answers_of(row)
        sign_ups.let_go(session, row.id)
        values = {"reason": reason, **_resume(registry, session, row)}
        find(registry, IOutbox).post(
            session,
            "sign_up.refused",
            to=answers.email,
            values={"name": answers.full_name, "reference": review.reference, **values},
            valid_until=values["expires_at"],
        )

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        row = _row(session, review)
        answers = SignUps(registry).answers_of(row)
        values = {"question": question, **_resume(registry, session, row)}
        find(registry, IOutbox).post(
            session,
            "sign_up.more_asked",
            to=answers.email,
            values={"name": answers.full_name, "reference": review.reference, **values},
            valid_until=values["expires_at"],
        )

    def extra_actions(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[tuple[str, str]]:
        row = _row(session, review)
        if review.state is ReviewState.ACCEPTED and Confirmations(registry).waits(session, row):
            return [(RESEND, "Envoyer un nouveau jeton de confirmation")]
        if review.state in {ReviewState.OPEN, ReviewState.MORE_ASKED} and row.duplicates_settled_at is None:
            sign_ups = SignUps(registry)
            known = sign_ups.known(session, sign_ups.answers_of(row), but=row.id)
            if known.must_be_settled and not known.by_email:
                return [(SETTLE, "Ce n’est pas un doublon")]
        return []

    def on_extra(self, registry: Registry, session: Session, review: ReviewView, action: str) -> str:
        if action not in {name for name, _ in self.extra_actions(registry, session, review)}:
            raise PortalError("Cette action n’est plus possible sur cette demande.", code="sign_up.no_action")
        row = _row(session, review)
        if action == RESEND:
            Confirmations(registry).mail_token(session, row)
            return "Un nouveau jeton est parti ; l’ancien n’est plus valable."
        row.duplicates_settled_at = current_time(registry)
        session.flush()
        find(registry, IAuditTrail).record(session, "sign_up.duplicate_settled", target=review.reference)
        return "Noté : ce n’est pas un doublon. Vous pouvez accepter la demande."


def _row(session: Session, review: ReviewView) -> SignUp:
    return session.scalars(select(SignUp).where(SignUp.id == review.id)).one()


def _resume(registry: Registry, session: Session, row: SignUp) -> JsonObject:
    """Make the link that opens the filled form again; a former one dies."""
    token = tokens.new_token()
    until = current_time(registry) + RESUME_LIFE
    session.execute(
        update(SignUp)
        .where(SignUp.id == row.id)
        .values(resume_digest=tokens.digest(token, kind="sign_up.resume"), resume_until=until)
    )
    url = find(registry, PortalSettings).absolute(f"/inscription/complement/{token}")
    return {"url": url, "expires_at": until}

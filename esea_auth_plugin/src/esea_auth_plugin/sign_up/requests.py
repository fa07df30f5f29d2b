"""Sending a sign-up: one request whoever asks, whatever is known of the e-mail, however often « Valider » is pressed.

An e-mail or an RPPS number that already has an account makes the same rows with the same work. That an account exists
is only ever written to the account's own address: an RPPS number is public, and the address typed may be anybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from ..accounts import identifiers
from ..accounts.attributes import email_digests, person_digests, rpps_digests
from ..accounts.models import Account, IdentityAttribute
from ..errors import PortalError
from ..foundation.database import new_id
from ..foundation.security import tokens
from ..interfaces import (
    AccountState,
    IAccounts,
    IAuditTrail,
    ICatalogue,
    IOutbox,
    IReviews,
    ISealer,
    PortalSettings,
    ReviewView,
)
from ..normalise.emails import normalise_email
from ..pyramid_types import Registry
from ..services import current_time, find
from .answers import Answers, seal, unseal
from .drafts import Draft, Drafts
from .known import Known
from .models import SignUp
from .opening import open_alone, opens_alone

KIND = "sign_up"
FOLLOW_PREFIX, FOLLOW_GROUPS = "SUIVI", 4
#: Where a decoy pretends to go; `.invalid` can't exist (RFC 2606), and nothing is sent anyway.
NOWHERE = "personne@exemple.invalid"


class NoLongerYours(PortalError):
    """The identifier that was chosen is not held any more (the draft was too old)."""

    code = "sign_up.identifier_lost"


class SignUps:
    """The sign-ups sent to the support."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def send(self, session: Session, draft: Draft, *, mailed: bool = True, answer: str = "") -> str | None:
        """Turn a draft into a request (or complete the one it completes); ``None`` when it was sent already.

        :param mailed: acknowledge it by mail; ``False``: do the same work and mail nothing.
        :param answer: to the reviewer's question, when it completes a request.
        """
        if draft.completes is not None:
            return self._complete(session, draft, draft.completes, answer)
        sign_up_id = new_id()
        if not Drafts(self._registry).claim(session, draft.id, sign_up_id):
            return None
        answers = draft.answers
        if not identifiers.pass_on(
            session, answers.identifier, holder=draft.id, to=sign_up_id, kind=identifiers.SIGN_UP
        ):
            raise NoLongerYours("Votre choix d’identifiant a expiré : reprenez à l’étape 3.")
        review = find(self._registry, IReviews).open(
            session, KIND, title=_title(answers), author=None, search=_search(answers), request_id=sign_up_id
        )
        row = SignUp(
            id=sign_up_id, reference=review.reference, created_at=current_time(self._registry), follow_digest=""
        )
        follow_code = self._fill(row, answers)
        session.add(row)
        session.flush()
        self._audit(session, "sign_up.sent", review.reference, services=list(answers.services))
        known = self.known(session, answers, but=sign_up_id)
        if opens_alone(self._registry, answers, known):
            open_alone(self._registry, session, answers, review)
        else:
            self._acknowledge(session, answers, review, follow_code, known, mailed=mailed)
        return sign_up_id

    def answer(self, session: Session, sign_up_id: str, text: str) -> ReviewView:
        """Answer the reviewer's question and change nothing else: neither the steps nor the CGU come again.

        :raises PortalError: the sign-up does not wait for an answer any more.
        """
        review = find(self._registry, IReviews).answered(session, sign_up_id, text)
        row = session.get_one(SignUp, sign_up_id)
        row.resume_digest = row.resume_until = None
        code = self._new_follow_code(row)
        session.flush()
        answers = self.answers_of(row)
        self._audit(session, "sign_up.completed", review.reference, services=list(answers.services))
        self._acknowledge(session, answers, review, code, self.known(session, answers, but=sign_up_id))
        return review

    def _complete(self, session: Session, draft: Draft, sign_up_id: str, answer: str) -> str | None:
        row = session.get(SignUp, sign_up_id)
        if row is None or not Drafts(self._registry).claim(session, draft.id, sign_up_id):
            return None
        answers = draft.answers
        if not identifiers.pass_on(
            session, answers.identifier, holder=sign_up_id, to=sign_up_id, kind=identifiers.SIGN_UP
        ):
            raise NoLongerYours("Votre choix d’identifiant a expiré : reprenez à l’étape 3.")
        identifiers.release(session, sign_up_id, but=answers.identifier)
        follow_code = self._fill(row, answers)
        row.duplicates_settled_at = None  # what was compared has changed
        row.resume_digest = row.resume_until = None
        session.flush()
        review = find(self._registry, IReviews).answered(session, sign_up_id, answer)
        self._audit(session, "sign_up.completed", review.reference, services=list(answers.services))
        self._acknowledge(session, answers, review, follow_code, self.known(session, answers, but=sign_up_id))
        return sign_up_id

    def _fill(self, row: SignUp, answers: Answers) -> str:
        """Write the answers into the row; return the new secret of the follow-up."""
        sealer = find(self._registry, ISealer)
        row.answers = seal(sealer, answers.without_password(), row.id)
        for name, value in digests_of(sealer, answers).items():
            setattr(row, name, value)
        row.identifier, row.password_hash = answers.identifier, answers.password_hash
        row.services = " ".join(answers.services)
        version = find(self._registry, PortalSettings).terms_version
        if row.terms_version != version:  # what completes a request accepts nothing anew
            row.terms_version, row.terms_accepted_at = version, current_time(self._registry)
        return self._new_follow_code(row)

    def _new_follow_code(self, row: SignUp) -> str:
        """Give the row a new secret of its follow-up, which the acknowledgement carries."""
        code = tokens.new_reference(FOLLOW_PREFIX, groups=FOLLOW_GROUPS)
        row.follow_digest = tokens.digest(code, kind="sign_up.follow")
        return code

    def _acknowledge(
        self,
        session: Session,
        answers: Answers,
        review: ReviewView,
        follow_code: str,
        known: Known,
        *,
        mailed: bool = True,
    ) -> None:
        find(self._registry, IOutbox).post(
            session,
            "sign_up.already" if known.by_email else "sign_up.received",
            to=answers.email if mailed else NOWHERE,
            values={
                "name": answers.full_name,
                "reference": review.reference,
                "follow_code": follow_code,
                "due_on": review.due_on,
            },
            decoy=not mailed,
        )
        self._warn_the_number_s_owner(session, review, known)

    def _warn_the_number_s_owner(self, session: Session, review: ReviewView, known: Known) -> None:
        """Write to the account that has the RPPS number; for nobody's number do the same work and mail nothing."""
        others = [subject for subject in known.by_rpps if subject not in known.by_email]
        owner = find(self._registry, IAccounts).by_subject(session, others[0] if others else "")
        # Told once while a request with this number waits: the support has it, and nobody's mailbox is flooded.
        told = owner is not None and owner.state is AccountState.ACTIVE and not known.number_waits
        find(self._registry, IOutbox).post(
            session,
            "sign_up.number_used",
            to=owner.email if owner is not None and told else NOWHERE,
            values={
                "name": owner.display_name if owner is not None and told else "Personne",
                "reference": review.reference,
            },
            decoy=not told,
        )

    def known(self, session: Session, answers: Answers, *, but: str) -> Known:
        """Look for accounts and waiting sign-ups of the same person. The same queries run whatever is found.

        :param but: id of the sign-up itself.
        """
        sealer = find(self._registry, ISealer)
        email = normalise_email(answers.email)
        rpps = rpps_digests(sealer, answers.personal.get("rpps", ""))
        person = person_digests(
            sealer, *(answers.personal.get(name, "") for name in ("last_name", "first_name", "birthday"))
        )
        same_address = session.scalars(select(Account.subject).where(Account.email == email)).all()
        attributes = session.execute(
            select(IdentityAttribute.name, Account.subject)
            .join(Account, Account.id == IdentityAttribute.account_id)
            .where(
                or_(
                    (IdentityAttribute.name == "rpps") & IdentityAttribute.digest.in_(rpps),
                    (IdentityAttribute.name == "birthday") & IdentityAttribute.digest.in_(person),
                )
            )
            .limit(40)
        ).all()
        emails = email_digests(sealer, email)
        same = or_(SignUp.email_digest.in_(emails), SignUp.rpps_digest.in_(rpps))
        waiting = session.execute(
            select(SignUp.id, same.label("same"), SignUp.rpps_digest.in_(rpps).label("number"))
            .where(SignUp.id != but, SignUp.subject.is_(None), SignUp.ended_at.is_(None))
            .where(or_(same, SignUp.person_digest.in_(person)))
            .limit(20)
        ).all()
        return Known(
            by_email=tuple(same_address),
            by_rpps=tuple(subject for name, subject in attributes if name == "rpps"),
            by_person=tuple(subject for name, subject in attributes if name == "birthday"),
            waiting=tuple(row.id for row in waiting if row.same),
            waiting_by_person=tuple(row.id for row in waiting if not row.same),
            number_waits=any(row.number for row in waiting),
        )

    def earlier(self, session: Session, row: SignUp) -> Sequence[SignUp]:
        """Return the former sign-ups of the same address, youngest first (the reviewer sees them)."""
        statement = (
            select(SignUp)
            .where(SignUp.email_digest == row.email_digest, SignUp.id != row.id, SignUp.created_at <= row.created_at)
            .order_by(SignUp.created_at.desc())
            .limit(10)
        )
        return session.scalars(statement).all()

    def answers_of(self, row: SignUp) -> Answers:
        """Return what was typed; empty once the period of keeping is over."""
        return unseal(find(self._registry, ISealer), row.answers, row.id) if row.answers else Answers()

    def follow(self, session: Session, reference: str, code: str) -> tuple[ReviewView, date] | None:
        """Return where a request stands, for its reference and secret; ``None`` for any wrong pair."""
        wanted = tokens.read_reference(code, prefix=FOLLOW_PREFIX, groups=FOLLOW_GROUPS) or ""
        typed = tokens.read_reference(reference) or ""
        row = session.scalar(select(SignUp).where(SignUp.follow_digest == tokens.digest(wanted, kind="sign_up.follow")))
        review = find(self._registry, IReviews).by_reference(session, typed) if typed else None
        if row is None or review is None or row.id != review.id:
            return None
        return review, review.due_on

    def let_go(self, session: Session, sign_up_id: str) -> None:
        """A sign-up that ended without an account loses its password and its identifier at once."""
        session.execute(
            update(SignUp)
            .where(SignUp.id == sign_up_id, SignUp.subject.is_(None))
            .values(password_hash=None, identifier=None, ended_at=current_time(self._registry))
        )
        identifiers.release(session, sign_up_id)

    def service_titles(self, slugs: Sequence[str]) -> list[str]:
        """Return the titles of services, the slug of one that left the catalogue."""
        catalogue = find(self._registry, ICatalogue)
        return [found.title if (found := catalogue.get(slug)) else slug for slug in slugs]

    def _audit(self, session: Session, action: str, target: str, **details: object) -> None:
        find(self._registry, IAuditTrail).record(session, action, target=target, details=details)


def _title(answers: Answers) -> str:
    return f"{answers.full_name} – {answers.personal.get('workplace', '')}"[:200]


def _search(answers: Answers) -> str:
    words = (answers.full_name, answers.email, answers.identifier, answers.personal.get("rpps", ""))
    return " ".join(filter(None, (*words, answers.personal.get("city", ""), answers.personal.get("workplace", ""))))


def digests_of(sealer: ISealer, answers: Answers) -> dict[str, str | None]:
    """Return the keyed digests of a sign-up by the name of their column."""
    rpps, birthday = answers.personal.get("rpps"), answers.personal.get("birthday")
    names = (answers.personal.get("last_name", ""), answers.personal.get("first_name", ""))
    return {
        "email_digest": email_digests(sealer, normalise_email(answers.email))[0],
        "rpps_digest": rpps_digests(sealer, rpps)[0] if rpps else None,
        "person_digest": person_digests(sealer, *names, birthday)[0] if birthday else None,
    }

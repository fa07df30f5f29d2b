"""« Liaison d'identité » as a kind of request: both identities side by side, and what the decision does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...accounts.attributes import KINDS, shown
from ...errors import PortalError
from ...foundation.reviews.kinds import DecidedOnly
from ...interfaces import (
    Choice,
    Concerned,
    ExternalIdentity,
    Fact,
    FactSheet,
    IAccounts,
    ILinking,
    IOutbox,
    ISealer,
    LinkBasis,
    LinkVerdict,
    ReviewView,
)
from ...pyramid_types import Registry
from ...services import find
from .comparison import same_person
from .models import IdentityLinkRequest
from .sealed import unseal
from .service import KIND, KIND_WORDS

_COMPARED = ("last_name", "first_name", "civility", "rpps", "adeli", "profession", "structure", "finess")


class IdentityLinkKind(DecidedOnly):
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = KIND
    board = "support"
    queue = "liaisons"
    title = "Lier une carte ou une identité"
    queue_title = "Liaisons d’identité"
    permission = "esea.support.linking"
    refusal_reasons = (
        "L’identité lue n’est pas celle de la personne qui a ouvert ce compte.",
        "Cette identité appartient déjà à un autre compte : utilisez celui-là.",
    )

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return what was read and what the account says, in the same order."""
        row = _row(session, review)
        identity = _identity(registry, row)
        values = find(registry, IAccounts).attributes(session, row.subject)
        account = find(registry, IAccounts).by_subject(session, row.subject)
        links = [("Voir le compte", f"/support/comptes/{row.subject}")]
        if row.elsewhere:
            links.append(("Voir l’autre compte", f"/support/comptes/{row.elsewhere}"))
        if identity is None:
            gone = Fact("Identité lue", "effacée après la décision")
            return [FactSheet("Identité", (gone,), tuple(links))]
        read = [Fact("Moyen", KIND_WORDS.get(identity.kind, identity.kind)), Fact("Identifiant", identity.subject)]
        if row.elsewhere:
            read.append(Fact("Déjà connue", "d’un autre compte", "warning", "Un seul compte par personne."))
        if not same_person(identity, values):
            read.append(Fact("Nom", "différent de celui du compte", "warning"))
        read += [_fact(name, identity.attributes, values) for name in _COMPARED if identity.attributes.get(name)]
        own = [Fact(KINDS[name].label, shown(name, values[name])) for name in _COMPARED if values.get(name)]
        who = Fact("Compte", account.identifier if account else "introuvable")
        return [FactSheet("Ce qui a été lu", tuple(read)), FactSheet("Ce que dit le compte", (who, *own), tuple(links))]

    def concerned(self, registry: Registry, session: Session, review: ReviewView) -> Concerned:
        """Return the account, the one that has the identity already, and the person who was read."""
        row = _row(session, review)
        identity = _identity(registry, row)
        accounts = (row.subject, *((row.elsewhere,) if row.elsewhere else ()))
        return Concerned(accounts=accounts, people=(identity.attributes,) if identity is not None else ())

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Return nothing: one request is about one identity."""
        return ()

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Link it, and tell the person."""
        row = _row(session, review)
        identity = _identity(registry, row)
        if identity is None:
            raise PortalError("L’identité lue a été effacée : refusez cette demande.", code="linking.gone")
        verdict = find(registry, ILinking).judge(session, row.subject, identity)
        if verdict is LinkVerdict.ELSEWHERE:
            raise PortalError(
                "Cette identité appartient à un autre compte : une même personne ne peut pas en avoir deux. Refusez la "
                "demande, ou fusionnez d’abord les comptes.",
                code="linking.elsewhere",
            )
        if verdict is not LinkVerdict.ALREADY:
            basis = LinkBasis.REVIEW
            find(registry, ILinking).link(
                session, row.subject, identity, mode=row.mode, basis=basis, by=review.decided_by
            )
        self._end(registry, session, review, row, "accepted")

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> None:
        """Tell the person why."""
        self._end(registry, session, review, _row(session, review), "refused", reason=reason)

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        """Ask the person; the answer comes by mail or telephone."""
        _notify(registry, session, review, _row(session, review), "more_asked", question=question)

    def _end(
        self,
        registry: Registry,
        session: Session,
        review: ReviewView,
        row: IdentityLinkRequest,
        message: str,
        **values: str,
    ) -> None:
        _notify(registry, session, review, row, message, **values)
        row.sealed = None
        session.flush()


def _row(session: Session, review: ReviewView) -> IdentityLinkRequest:
    row = session.get(IdentityLinkRequest, review.id)
    if row is None:
        raise PortalError("Cette demande est introuvable.", code="linking.unknown")
    return row


def _identity(registry: Registry, row: IdentityLinkRequest) -> ExternalIdentity | None:
    return unseal(find(registry, ISealer), row.sealed, row.request_id).identity if row.sealed else None


def _fact(name: str, read: Any, own: Any) -> Fact:
    value = shown(name, read[name])
    if name in {"rpps", "adeli"} and own.get(name):
        same = own[name] == read[name]
        return Fact(KINDS[name].label, value, "ok" if same else "warning", "Comme au compte" if same else "Différent")
    return Fact(KINDS[name].label, value)


def _notify(
    registry: Registry, session: Session, review: ReviewView, row: IdentityLinkRequest, message: str, **values: str
) -> None:
    account = find(registry, IAccounts).by_subject(session, row.subject)
    if account is None:
        return
    what = KIND_WORDS.get(review.topic, "Votre identité")
    find(registry, IOutbox).post(
        session,
        f"linking.{message}",
        to=account.email,
        values={"name": account.display_name, "what": what, "reference": review.reference, **values},
    )

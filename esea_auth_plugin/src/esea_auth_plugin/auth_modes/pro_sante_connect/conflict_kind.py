"""« Deux comptes pour une même personne », a request of the support: preview of the merge, and the merge itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...accounts.attributes import kind_of, shown
from ...errors import PortalError
from ...foundation.layout.filters import date_fr
from ...foundation.reviews.kinds import DecidedOnly
from ...interfaces import (
    AccountState,
    AccountView,
    Choice,
    Concerned,
    Fact,
    FactSheet,
    IAccounts,
    ICatalogue,
    ReviewView,
)
from ...pyramid_types import Registry
from ...services import find
from .cases import CONFLICT, case_of, concerned_by, told_of
from .merging import Merging, Plan, others

_KEEP = "garder-"
_NAMED_BY = {"SubjectNameID": "identifiant national lié", "sub": "identifiant technique de PSC"}


class ConflictKind(DecidedOnly):
    """See :class:`~esea_auth_plugin.interfaces.RequestKind`."""

    name = CONFLICT
    board = "support"
    queue = "rapprochements"
    title = "Deux comptes pour une même personne"
    queue_title = "Rapprochements"
    permission = "esea.support.review"
    refusal_reasons = (
        "Ce sont deux personnes : un numéro est faux sur l'un des comptes et doit y être corrigé.",
        "La personne a été jointe et garde ses deux comptes.",
    )

    def sheets(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[FactSheet]:
        """Return who came with PSC, each account, and what each merge would do."""
        case = case_of(session, review.id)
        told = told_of(registry, case)
        views = find(registry, IAccounts).by_subjects(session, case.accounts)
        who = [Fact("Nom", told["name"])] + [Fact(kind, value) for kind, value in told["identifiers"]]
        named_by = case.details.get("named_by", {})
        sheets = [FactSheet("Ce que Pro Santé Connect a transmis", tuple(who))]
        for subject in case.accounts:
            origin = named_by.get(subject, "")
            sheets.append(_account(registry, session, subject, views.get(subject), _NAMED_BY.get(origin, origin)))
        if len(case.accounts) == 2 and len(views) == 2:
            sheets += [_preview(registry, session, views, kept, case.accounts) for kept in case.accounts]
        return sheets

    def concerned(self, registry: Registry, session: Session, review: ReviewView) -> Concerned:
        """Return the accounts of the case, and the person whom PSC proved."""
        return concerned_by(registry, review.id, session)

    def choices(self, registry: Registry, session: Session, review: ReviewView) -> Sequence[Choice]:
        """Return which account stays; the older one is proposed."""
        case = case_of(session, review.id)
        views = find(registry, IAccounts).by_subjects(session, case.accounts)
        ordered = sorted(views.values(), key=lambda view: (view.state is not AccountState.ACTIVE, view.created_at))
        return [
            Choice(f"{_KEEP}{view.subject}", f"Garder le compte « {view.identifier} »", ticked=place == 0)
            for place, view in enumerate(ordered)
        ]

    def on_agree(self, registry: Registry, session: Session, review: ReviewView, by: str, kept: frozenset[str]) -> None:
        """Ask each reviewer which account stays.

        :raises PortalError: none is ticked, or several are.
        """
        if len([subject for subject in case_of(session, review.id).accounts if f"{_KEEP}{subject}" in kept]) != 1:
            raise PortalError("Cochez un compte à garder, et un seul.", code="psc.merge_choice")

    def on_accept(self, registry: Registry, session: Session, review: ReviewView, kept: frozenset[str]) -> None:
        """Merge into the one account that stays ticked."""
        case = case_of(session, review.id)
        stays = [subject for subject in case.accounts if f"{_KEEP}{subject}" in kept]
        if len(stays) != 1:
            # Two reviewers who each keep another account have not agreed.
            raise PortalError(
                "Un ou une collègue garde un autre compte : mettez-vous d’accord.", code="psc.merge_choice"
            )
        merging = Merging(registry)
        for ended in others(case.accounts, stays[0]):
            merging.carry_out(session, stays[0], ended, by=review.decided_by or "", request_id=review.id)
        case.sealed = ""

    def on_refuse(self, registry: Registry, session: Session, review: ReviewView, reason: str) -> None:
        """Leave both as they are; what was kept of PSC's answer is erased."""
        case_of(session, review.id).sealed = ""

    def on_more_asked(self, registry: Registry, session: Session, review: ReviewView, question: str) -> None:
        """Nobody wrote this request: the support telephones or writes to both accounts' addresses."""
        raise PortalError(
            "Personne n'a écrit cette demande : écrivez aux adresses des comptes, puis décidez.", code="psc.no_author"
        )


def _account(registry: Registry, session: Session, subject: str, view: AccountView | None, named_by: str) -> FactSheet:
    if view is None:
        return FactSheet("Compte", (Fact("Compte", "introuvable", "warning"),))
    values = find(registry, IAccounts).attributes(session, subject)
    facts = [
        Fact("Identifiant", view.identifier),
        Fact("Nom complet", view.display_name),
        Fact("Email", view.email),
        Fact("État", "Actif" if view.state is AccountState.ACTIVE else "Non actif"),
        Fact("Créé le", date_fr(view.created_at)),
        Fact("Trouvé par", named_by),
    ]
    told = [name for name in ("rpps", "adeli", "profession", "workplace") if values.get(name)]
    facts += [Fact(kind_of(name).label, shown(name, values[name])) for name in told]
    return FactSheet(
        f"Compte « {view.identifier} »", tuple(facts), (("Voir le compte", f"/support/comptes/{subject}"),)
    )


def _preview(registry: Registry, session: Session, views: Any, kept: str, accounts: Sequence[str]) -> FactSheet:
    ended = others(accounts, kept)[0]
    plan = Merging(registry).plan(session, kept, ended)
    stays, ends = views[kept].identifier, views[ended].identifier
    facts = (
        Fact("Compte fermé", ends, "warning", "Ses sessions, ses droits et ses dispositifs prennent fin."),
        Fact("Identités reprises", ", ".join(f"{link.label} {link.subject}" for link in plan.links) or "aucune"),
        Fact("Droits repris", _titles(registry, plan) or "aucun"),
        Fact("Informations complétées", ", ".join(kind_of(name).label for name in plan.filled) or "aucune"),
    )
    return FactSheet(f"Aperçu : si l'on garde « {stays} »", facts)


def _titles(registry: Registry, plan: Plan) -> str:
    return ", ".join(each.title for each in find(registry, ICatalogue).all() if each.slug in plan.services)

"""What the support sees of a sign-up: what was typed, what was checked, and who it might be already."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..accounts.attributes import KINDS, as_read, rpps_check, shown
from ..accounts.role_mailboxes import is_role_mailbox
from ..foundation.layout.filters import date_fr
from ..interfaces import Fact, FactSheet, FactSource, IAccounts, ICatalogue, IReviews
from ..normalise.emails import normalise_email
from ..pyramid_types import Registry
from ..services import find
from ..settings import AuthSettings
from .answers import Answers
from .known import Known
from .models import SignUp
from .proven import SHEET_TITLES, rows_of
from .requests import SignUps

#: Mailboxes anybody may open: no sign of an employer, nothing wrong either.
PUBLIC_DOMAINS = frozenset(
    {
        "gmail.com", "hotmail.com", "hotmail.fr", "outlook.com", "outlook.fr", "live.fr", "yahoo.com", "yahoo.fr",
        "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "laposte.net", "icloud.com", "protonmail.com", "bbox.fr",
    }
)  # fmt: skip


def sheets(registry: Registry, session: Session, row: SignUp) -> list[FactSheet]:
    """Return the sheets of one sign-up."""
    sign_ups = SignUps(registry)
    answers = sign_ups.answers_of(row)
    if not answers.personal:
        note = "Les données de cette demande ont été effacées à la fin de leur durée de conservation."
        return [FactSheet("Données effacées", (Fact("Conservation", note),))]
    found = [*_proven(answers), _typed(registry, row, answers), _checked(registry, answers)]
    found.append(_duplicates(registry, session, sign_ups.known(session, answers, but=row.id), row))
    earlier = sign_ups.earlier(session, row)
    if earlier:
        facts = tuple(Fact(item.reference, date_fr(item.created_at, "short"), "warning") for item in earlier)
        links = tuple((f"Voir {item.reference}", f"/support/inscriptions/{item.reference}") for item in earlier)
        found.append(FactSheet("Demandes précédentes de la même adresse", facts, links))
    return found


def _proven(answers: Answers) -> list[FactSheet]:
    """Return what a card or another authority proved: the reviewer has no identity left to check."""
    identity = answers.proven
    if identity is None:
        return []
    source = FactSource.of(identity.origin)
    facts = [Fact(label, value, "ok", source=source) for label, value in rows_of(answers.proven_attributes)]
    facts.append(Fact("Identifiant", identity.subject, "ok", identity.label, source))
    if answers.email_is_confirmed:
        note = "Adresse confirmée par un code pendant l’inscription"
        facts.append(Fact("Email", answers.email, "ok", note, FactSource.MAILBOX))
    return [FactSheet(SHEET_TITLES.get(identity.origin, "Identité prouvée"), tuple(facts))]


def _typed(registry: Registry, row: SignUp, answers: Answers) -> FactSheet:
    facts = [
        Fact(kind.label, as_read(name, value))
        for name, kind in KINDS.items()
        if name not in {"birthday", *answers.proven_attributes} and (value := answers.personal.get(name))
    ]
    catalogue = find(registry, ICatalogue)
    titles = [found.title if (found := catalogue.get(slug)) else slug for slug in answers.services]
    facts += [
        Fact("Email", answers.email),
        Fact("Jour/Mois de naissance", shown("birthday", answers.personal.get("birthday", "-"))),
        Fact("Identifiant", answers.identifier),
        *_card(answers),
        Fact("Services demandés", ", ".join(titles) or "Aucun"),
        Fact("Motif de l’inscription", answers.motive),
    ]
    declared = tuple(replace(fact, source=FactSource.DECLARED) for fact in facts)
    terms = Fact("Conditions d’Utilisation", f"Version {row.terms_version}, acceptée", source=FactSource.PORTAL)
    return FactSheet("Saisi par la personne", (*declared, terms))


def _card(answers: Answers) -> list[Fact]:
    if answers.proven is not None:
        return []
    return [Fact("Carte CPS", "Oui, à ajouter plus tard" if answers.has_card else "Non")]


def _checked(registry: Registry, answers: Answers) -> FactSheet:
    rpps = answers.personal.get("rpps", "")
    facts = []
    if "rpps" in answers.proven_attributes:
        facts.append(Fact("N° RPPS", rpps, "ok", "Prouvé, rien à vérifier"))
    elif rpps:
        facts.append(Fact("Clé du N° RPPS", rpps, *rpps_check(rpps, proven=False)))
    else:
        facts.append(Fact("Clé du N° RPPS", "Aucun numéro saisi"))
    domain = normalise_email(answers.email).rpartition("@")[2]
    public = domain in PUBLIC_DOMAINS
    note = "Messagerie grand public : ne dit rien de l’employeur." if public else "À rapprocher du lieu d’exercice."
    facts.append(Fact("Domaine de l’adresse", domain, "warning" if public else "", note))
    if is_role_mailbox(find(registry, AuthSettings), answers.email):
        note = "Boîte partagée : elle ne peut pas servir à prouver l’identité d’une personne."
        facts.append(Fact("Boîte", answers.email, "warning", note))
    else:
        facts.append(Fact("Boîte", "Ne ressemble pas à une boîte partagée", "ok"))
    return FactSheet("Vérifié automatiquement", tuple(facts))


def _duplicates(registry: Registry, session: Session, known: Known, row: SignUp) -> FactSheet:
    accounts = find(registry, IAccounts).by_subjects(session, [*known.by_email, *known.by_rpps, *known.by_person])
    facts: list[Fact] = []
    links: dict[tuple[str, str], None] = {}
    reasons = (
        ("Même adresse", known.by_email),
        ("Même N° RPPS", known.by_rpps),
        ("Même nom et même jour de naissance", known.by_person),
    )
    for reason, subjects in reasons:
        for subject in subjects:
            if subject == row.subject:
                continue  # the account that this very sign-up led to
            account = accounts[subject]
            facts.append(Fact(reason, f"{account.display_name} ({account.identifier})", "warning", "Compte existant"))
            links[(f"Voir le compte {account.identifier}", f"/support/comptes/{subject}")] = None
    for reason, ids in (("Même adresse ou N° RPPS", known.waiting), ("Même personne", known.waiting_by_person)):
        for other in session.scalars(select(SignUp).where(SignUp.id.in_(ids))) if ids else ():
            review = find(registry, IReviews).get(session, other.id)
            facts.append(
                Fact(reason, review.title if review else other.reference, "warning", "Autre demande en attente")
            )
            links[(f"Voir {other.reference}", f"/support/inscriptions/{other.reference}")] = None
    if not facts:
        facts.append(Fact("Doublons", "Aucun compte ni aucune demande en attente ne ressemble à celle-ci", "ok"))
    elif row.duplicates_settled_at is not None:
        facts.append(Fact("Tranché", "Un relecteur a conclu que ce n’est pas un doublon", "ok"))
    return FactSheet("Doublons possibles", tuple(facts), tuple(links))

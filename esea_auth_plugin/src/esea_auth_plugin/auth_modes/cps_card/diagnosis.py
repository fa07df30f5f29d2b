"""« Tester votre poste »: what was found of a card, step by step, in words. It names nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ...foundation.layout.filters import date_fr, datetime_fr
from ...interfaces import CardRefusal
from ...pyramid_types import JsonObject
from .certificate import Card
from .refusals import REFUSALS
from .trust import FIRST_TEST, REAL, SOFTWARE

#: The steps in their order, each with the reasons that fail it.
STEPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Le serveur qui lit les cartes répond", frozenset({"card.proxy"})),
    ("Votre navigateur a présenté un certificat", frozenset({"card.none"})),
    ("Ce certificat est lisible", frozenset({"card.unreadable", "card.too_large"})),
    (
        "Il vient d'une autorité des cartes de professionnels",
        frozenset({"card.self_signed", "card.authority", "card.test_authority", "card.organisation", "card.weak"}),
    ),
    ("La liste des cartes en opposition est à jour", frozenset({"card.crl_missing", "card.crl_old", "card.ocsp"})),
    ("La carte n'est pas en opposition", frozenset({"card.revoked"})),
    ("La carte est en cours de validité", frozenset({"card.expired", "card.not_yet_valid"})),
    ("C'est le certificat d'authentification", frozenset({"card.usage"})),
    ("C'est une vraie carte", frozenset({"card.test", "card.software", "card.category"})),
    ("Elle est à votre nom et d'un type accepté", frozenset({"card.not_nominative", "card.type"})),
    ("Son identifiant national est reconnu", frozenset({"card.identifier"})),
    ("Le serveur qui lit les cartes l'accepte", frozenset({"card.proxy_refused"})),
)


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of a card. :ivar code: why it does not let in, ``""`` if it does. :ivar card: what was read of it."""

    card: Card | None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``passed``: ``None`` when an earlier one failed."""

    title: str
    passed: bool | None

    @property
    def word(self) -> str:
        """The state in a word."""
        return {True: "réussi", False: "échoué", None: "non vérifié"}[self.passed]


def to_json(examined: Examined) -> JsonObject:
    """Return what the ticket of a diagnosis carries: no name, no number of a person."""
    card = examined.card
    return {"code": examined.code, "facts": _facts(card) if card is not None else {}}


def _facts(card: Card) -> dict[str, str]:
    facts = {
        "Autorité": card.issuer_name,
        "Type de carte": card.kind_name or "non indiqué",
        "Catégorie": _category(card.category),
        "Valable": f"du {date_fr(card.not_before)} au {date_fr(card.not_after)}",
        "Numéro de carte": f"…{card.number[-4:]}" if card.number else "non indiqué",
        "Usage": "authentification" if card.client_auth and card.digital_signature else "autre",
    }
    return {name: value for name, value in facts.items() if value}


def _category(category: int | None) -> str:
    if category is None:
        return "non indiquée"
    if category >= FIRST_TEST:
        return "carte de test"
    return {REAL: "carte réelle", SOFTWARE: "certificat logiciel"}.get(category, f"inconnue ({category})")


def steps(code: str) -> list[Step]:
    """Return the steps, given the reason to refuse (``""``: all passed)."""
    found = []
    failed = False
    for title, reasons in STEPS:
        fails = code in reasons
        found.append(Step(title, None if failed else not fails))
        failed = failed or fails
    return found


def refusal_of(code: str) -> CardRefusal | None:
    """Return what to tell of a reason, ``None`` when the card is good."""
    return REFUSALS.get(code)


def report(code: str, facts: Mapping[str, str], *, at: datetime, user_agent: str, reference: str) -> str:
    """Return the text to copy to the support."""
    lines = [
        f"Test du poste, {datetime_fr(at)}",
        f"Résultat : {code or 'carte acceptée'}",
        *(f"{step.title} : {step.word}" for step in steps(code)),
        *(f"{name} : {value}" for name, value in facts.items()),
        f"Navigateur : {user_agent[:200]}",
        f"Référence : {reference}",
    ]
    return "\n".join(lines)

"""The states of a difficulty and the acts that lead from one to another, in one place.

Every change is one act: it asks who may act and from which states, writes one row of history and one of the audit
trail. Forms and jobs know nothing of states.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class State(enum.StrEnum):
    """Where a difficulty stands."""

    DECLARED = "declared"
    ACKNOWLEDGED = "acknowledged"
    ONGOING = "ongoing"
    LIFTED = "lifted"
    REFUSED = "refused"


OPEN = frozenset({State.DECLARED, State.ACKNOWLEDGED, State.ONGOING})

STATE_TITLES: Mapping[State, str] = {
    State.DECLARED: "Déclarée",
    State.ACKNOWLEDGED: "Prise en compte",
    State.ONGOING: "En cours",
    State.LIFTED: "Levée",
    State.REFUSED: "Refusée",
}


class Party(enum.StrEnum):
    """As what somebody acts."""

    DECLARANT = "declarant"
    SAMU = "samu"
    ARS = "ars"
    TEAM = "team"
    SYSTEM = "system"


PARTY_TITLES: Mapping[Party, str] = {
    Party.DECLARANT: "Déclarant de la structure",
    Party.SAMU: "SAMU",
    Party.ARS: "ARS",
    Party.TEAM: "Équipe de l’observatoire",
    Party.SYSTEM: "Automatique",
}


class Act(enum.StrEnum):
    """What can be done to a difficulty. Values are stored in its history."""

    DECLARE = "declare"
    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    REFUSE = "refuse"
    BEGIN = "begin"
    EXTEND = "extend"
    RERATE = "rerate"
    COMMENT = "comment"
    LIFT = "lift"
    ESCALATE = "escalate"
    REMIND = "remind"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Rule:
    """When an act is possible.

    :ivar to: the state that it leads to, ``None``: it stays. :ivar asks: ``True`` for requests to the SAMU only,
        ``False`` for everything else only, ``None`` for both. :ivar reason: a reason must be given.
    """

    title: str
    done: str
    parties: frozenset[Party]
    states: frozenset[State]
    to: State | None = None
    asks: bool | None = None
    reason: bool = False


_DECLARED = frozenset({State.DECLARED})
_ANSWERING = frozenset({Party.SAMU, Party.TEAM})
_OWN = frozenset({Party.DECLARANT, Party.TEAM})
_EVERYBODY = frozenset({Party.DECLARANT, Party.SAMU, Party.ARS, Party.TEAM})
_SYSTEM = frozenset({Party.SYSTEM})

RULES: Mapping[Act, Rule] = {
    Act.ACKNOWLEDGE: Rule(
        "Prendre en compte", "Prise en compte", frozenset({Party.SAMU, Party.ARS, Party.TEAM}), _DECLARED,
        State.ACKNOWLEDGED, asks=False,
    ),
    Act.ACCEPT: Rule("Accepter", "Acceptée", _ANSWERING, _DECLARED, State.ONGOING, asks=True),
    Act.REFUSE: Rule("Refuser", "Refusée", _ANSWERING, _DECLARED, State.REFUSED, asks=True, reason=True),
    Act.BEGIN: Rule("", "A commencé", _SYSTEM, frozenset({State.ACKNOWLEDGED}), State.ONGOING),
    Act.EXTEND: Rule("Prolonger", "Prolongée", _OWN, OPEN),
    Act.RERATE: Rule("Changer le niveau", "Niveau changé", _OWN | {Party.SAMU}, OPEN),
    Act.COMMENT: Rule("Commenter", "Commentaire", _EVERYBODY, frozenset(State), reason=True),
    Act.LIFT: Rule("Lever", "Levée", _OWN, OPEN, State.LIFTED),
    Act.ESCALATE: Rule("", "Sans réponse dans le délai", _SYSTEM, _DECLARED, asks=True),
    Act.REMIND: Rule("", "Rappel envoyé : fin prévue atteinte", _SYSTEM, OPEN),
    Act.EXPIRE: Rule("", "Levée automatiquement, sans nouvelle", _SYSTEM, OPEN, State.LIFTED),
}  # fmt: skip

DONE: Mapping[Act, str] = {Act.DECLARE: "Déclarée", **{act: rule.done for act, rule in RULES.items()}}


def possible(act: Act, state: State, *, asks: bool, parties: frozenset[Party]) -> Party | None:
    """Return as what somebody may act now, ``None`` if they may not.

    :param asks: the difficulty is a request to the SAMU. :param parties: what this person is for it.
    """
    rule = RULES[act]
    if state not in rule.states or (rule.asks is not None and rule.asks is not asks):
        return None
    # In the order of Party: who declares acts as declarant, even a member of the team.
    return next((party for party in Party if party in rule.parties and party in parties), None)


def acts_for(state: State, *, asks: bool, parties: frozenset[Party]) -> tuple[Act, ...]:
    """Return what somebody may do now, in the order of :class:`Act`."""
    return tuple(act for act in RULES if possible(act, state, asks=asks, parties=parties) is not None)

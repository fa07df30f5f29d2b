"""Difficulties are declared and changed by acts of the state machine. Every change is one conditional update."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from esea_auth_plugin.foundation.database import new_id, rows_changed
from esea_auth_plugin.interfaces import IAuditTrail, Identity, ISealer
from esea_auth_plugin.services import current_time, find

from ..interfaces import Declaration, Establishment, IDirectory
from .catalogue import Nature
from .machine import RULES, Act, Party, State, possible
from .models import DifficultyEventRow, DifficultyRow
from .queries import PURPOSE, Readings
from .records import BadPeriod, ChangedMeanwhile, Difficulty, NotAllowed, check_period
from .rights import parties_of


class Difficulties(Readings):
    """Declares difficulties and carries out acts on them, beside reading them."""

    def declare(self, session: Session, declaration: Declaration, identity: Identity) -> str:
        """Store a difficulty and return its id; the id of the first one when the form was sent before.

        :raises NotAllowed: the person does not declare for this structure. :raises BadPeriod: see there.
        """
        known = session.scalar(
            select(DifficultyRow.id).where(
                DifficultyRow.idempotency_key == declaration.key, DifficultyRow.declared_by == identity.subject
            )
        )
        if known is not None:
            return known
        directory = find(self._registry, IDirectory)
        structure = directory.get(session, declaration.structure)
        nature = self.catalogue.natures[declaration.nature]
        parties = parties_of(identity, structure.finess, ()) if structure is not None else frozenset()
        party = next((each for each in (Party.DECLARANT, Party.TEAM) if each in parties), None)
        if structure is None or party is None:
            raise NotAllowed(
                "Vous ne pouvez pas déclarer pour cette structure. L’équipe de l’observatoire donne ce droit."
            )
        now = current_time(self._registry)
        check_period(nature, declaration.starts_at, declaration.expected_end_at, now)
        row = self._row(declaration, structure, nature, identity.subject, now)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # the same form, sent twice at once
            return self.declare(session, declaration, identity)
        self._note(session, row.id, 1, Act.DECLARE, party, identity.subject, {}, "")
        return row.id

    def act(
        self,
        session: Session,
        difficulty_id: str,
        act: Act,
        *,
        version: int,
        identity: Identity,
        reason: str = "",
        until: datetime | None = None,
        level: int = 0,
    ) -> None:
        """Do something to a difficulty as the person saw it.

        :param version: of what the person saw. :param until: the new expected end. :param level: the new level.
        :raises NotAllowed: the person may not, or its state does not let anybody. :raises ChangedMeanwhile: somebody
            was faster. :raises BadPeriod: see there.
        """
        found = self.get(session, difficulty_id)
        if found is None:
            raise NotAllowed("Cette difficulté n’existe pas.")
        if found.version != version:
            raise _changed()
        nature = self._nature(found)
        party = possible(act, found.state, asks=nature.asks, parties=self.parties(session, identity, found))
        if party is None:
            raise NotAllowed("Cette action n’est pas possible ici.")
        values = self._values(found, nature, act, until, level)
        self._carry_out(session, found, act, party, identity.subject, values, reason)

    def act_by_itself(self, session: Session, found: Difficulty, act: Act) -> bool:
        """Do what comes with time; ``False`` if somebody changed the difficulty meanwhile."""
        nature = self._nature(found)
        if possible(act, found.state, asks=nature.asks, parties=frozenset({Party.SYSTEM})) is None:
            return False
        now = current_time(self._registry)
        values: dict[str, object] = {}
        if act is Act.REMIND:
            values["reminded_at"] = now
        if act is Act.ESCALATE:
            values["escalated_at"] = now
        try:
            self._carry_out(session, found, act, Party.SYSTEM, "", values, "")
        except ChangedMeanwhile:
            return False
        return True

    def _nature(self, found: Difficulty) -> Nature:
        known = self.catalogue.natures.get(found.nature)
        # A nature that left the file since: no rule but those of every difficulty.
        return known or Nature(found.nature, found.nature, "", (1, 2, 3, 4), (24,), 24 * 365)

    def _row(
        self, declaration: Declaration, structure: Establishment, nature: Nature, by: str, now: datetime
    ) -> DifficultyRow:
        row_id = new_id()
        return DifficultyRow(
            id=row_id,
            idempotency_key=declaration.key,
            structure=structure.code,
            structure_name=structure.name,
            finess=structure.finess,
            department=structure.department,
            nature=nature.code,
            level=declaration.level,
            state=State.DECLARED,
            motives=list(declaration.motives),
            pathways=list(declaration.pathways),
            actions=list(declaration.actions),
            starts_at=declaration.starts_at,
            expected_end_at=declaration.expected_end_at,
            phone=declaration.phone,
            sealed_text=self._sealed(declaration.text, row_id),
            declared_by=by,
            declared_at=now,
            changed_at=now,
            answer_due_at=now + timedelta(minutes=nature.answer_minutes) if nature.asks else None,
            version=1,
        )

    def _values(
        self, found: Difficulty, nature: Nature, act: Act, until: datetime | None, level: int
    ) -> dict[str, object]:
        now = current_time(self._registry)
        values: dict[str, object] = {}
        if act is Act.EXTEND or (act is Act.ACCEPT and until is not None):
            if until is None:
                raise BadPeriod("until", "Indiquez jusqu’à quand.")
            if act is Act.EXTEND and until <= found.expected_end_at:
                raise BadPeriod("until", "La nouvelle fin doit être après la fin prévue.")
            check_period(nature, found.starts_at, until, now, declared=True)
            values |= {"expected_end_at": until, "reminded_at": None}
        if act is Act.RERATE:
            if level not in nature.levels or level == found.level:
                raise BadPeriod("level", "Choisissez un autre niveau, parmi ceux de cette difficulté.")
            values["level"] = level
        if RULES[act].to in {State.LIFTED, State.REFUSED}:
            values["ended_at"] = now
        if act is Act.ACKNOWLEDGE and found.starts_at <= now:
            values["state"] = State.ONGOING
        return values

    def _carry_out(
        self,
        session: Session,
        found: Difficulty,
        act: Act,
        party: Party,
        by: str,
        values: dict[str, object],
        reason: str,
    ) -> None:
        """Change the row if nobody has since it was read; then its history and the audit trail."""
        now = current_time(self._registry)
        rule = RULES[act]
        if rule.to is not None:
            values.setdefault("state", rule.to)
        if act is Act.EXPIRE:
            values["ended_at"] = now
        changes = {name: [_text(getattr(found, name, None)), _text(value)] for name, value in values.items()}
        changed = rows_changed(
            session,
            update(DifficultyRow)
            .where(DifficultyRow.id == found.id, DifficultyRow.version == found.version)
            .values(**values, version=found.version + 1, changed_at=now)
            .execution_options(synchronize_session=False),
        )
        if changed != 1:
            raise _changed()
        session.expire_all()
        self._note(session, found.id, found.version + 1, act, party, by, changes, reason)

    def _note(
        self,
        session: Session,
        difficulty_id: str,
        number: int,
        act: Act,
        party: Party,
        by: str,
        changes: Mapping[str, list[str]],
        reason: str,
    ) -> None:
        row_id = new_id()
        session.add(
            DifficultyEventRow(
                id=row_id,
                difficulty_id=difficulty_id,
                number=number,
                act=act,
                party=party,
                by=by,
                at=current_time(self._registry),
                changes=dict(changes),
                sealed_reason=self._sealed(reason, row_id),
            )
        )
        session.flush()
        details = {"act": str(act), "party": str(party), "number": number}
        find(self._registry, IAuditTrail).record(
            session, "difficulty.changed", actor=by or None, target=difficulty_id, details=details
        )

    def _sealed(self, text: str, row_id: str) -> str:
        return find(self._registry, ISealer).seal_text(text, purpose=PURPOSE, bound_to=row_id)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def _changed() -> ChangedMeanwhile:
    return ChangedMeanwhile("Quelqu’un vient de modifier cette difficulté. Relisez-la, puis recommencez si besoin.")

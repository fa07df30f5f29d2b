"""The catalogue of business services: which exist, which modes each admits today, and whether proofs open them.

What it answers is compared at each demand with the moment it is given: a mode that ended at midnight opens nothing
a second later, whatever sessions are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..interfaces import AdmittedMode, Factor, Level, ModeStatus, PortalService, Proof, Refusal
from ..levels import level_of_factors
from .catalogue_file import PORTAL

PARIS = ZoneInfo("Europe/Paris")


def day_begins(day: date) -> datetime:
    """Return the first moment of a day in Europe/Paris, in UTC (23:00 or 22:00 the day before)."""
    return datetime.combine(day, time.min, tzinfo=PARIS).astimezone(UTC)


class Catalogue:
    """See :class:`~esea_auth_plugin.interfaces.ICatalogue`."""

    def __init__(self, services: Sequence[PortalService]) -> None:
        self._services = {service.slug: service for service in services}

    def get(self, slug: str) -> PortalService | None:
        """See the interface."""
        return self._services.get(slug)

    def all(self) -> Sequence[PortalService]:
        """See the interface."""
        return [service for service in self._services.values() if service.slug != PORTAL]

    def status_of(self, service: PortalService, mode: str, at: datetime) -> ModeStatus:
        """See the interface."""
        admitted = _admitted(service, mode)
        if admitted is None:
            return ModeStatus.NOT_ADMITTED
        if admitted.first_day is not None and at < day_begins(admitted.first_day):
            return ModeStatus.NOT_YET
        end = self.ends_at(service, mode)
        return ModeStatus.ENDED if end is not None and at >= end else ModeStatus.OPEN

    def ends_at(self, service: PortalService, mode: str) -> datetime | None:
        """See the interface."""
        admitted = _admitted(service, mode)
        if admitted is None or admitted.last_day is None:
            return None
        return day_begins(admitted.last_day + timedelta(days=1))

    def opens_at(self, service: PortalService) -> datetime | None:
        """See the interface."""
        return day_begins(service.opens_on) if service.opens_on is not None else None

    def admits(self, service: PortalService, proofs: Sequence[Proof], level: Level, at: datetime) -> Refusal | None:
        """See the interface.

        Only proofs of modes that the service admits today count towards its level: a session signed in by a mode
        that ended yesterday does not keep the door open. A bare password counts beside them, since it is the first
        stage of the modes that ask for it, but opens nothing by itself unless its own mode is admitted.
        """
        opening = self.opens_at(service)
        if opening is not None and at < opening:
            return Refusal.FORBIDDEN
        held = [proof for proof in proofs if self.status_of(service, proof.mode, at) is ModeStatus.OPEN]
        if not held:
            return Refusal.STEP_UP
        first_stage = [proof for proof in proofs if proof.factors == {Factor.PASSWORD}]
        reached = level_of_factors(factor for proof in (*held, *first_stage) for factor in proof.factors)
        return None if min(reached, level) >= service.level else Refusal.STEP_UP


def _admitted(service: PortalService, mode: str) -> AdmittedMode | None:
    return next((admitted for admitted in service.modes if admitted.mode == mode), None)


def doctor(services: Sequence[PortalService]) -> list[str]:
    """Return what an operator should know of a catalogue that is valid all the same.

    Mailed codes and passwords are the operator's own legal choice (identity-rules.md): a mode without a reference of
    its ``homologation`` is told.
    """
    told = []
    for service in services:
        if not service.modes:
            told.append(f"[{service.slug}] admits no enabled mode: nobody can open it")
        told.extend(
            f"[{service.slug}] mode.{mode.mode} has no homologation reference: add `homologation.{mode.mode}`"
            for mode in service.modes
            if not mode.homologation
        )
    return told

"""What somebody can sign in with at this moment: what they hold, less what is suspended, waiting or named as lost.

The highest level that an account owns counts what is suspended too (:class:`MaximumLevel`); pages that say « prouvez
que c'est vous » ask here, so that they offer nothing that would be refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ...interfaces import Factor, IAccounts, IPendingDevices
from ...levels import mail_code_barred
from ...pyramid_types import Registry
from ...services import current_time, find
from ..access.maximum_level import is_admitted
from ..contract import AuthMode, Capability
from ..registry import modes_of
from .suspension import SuspendedFactors


@dataclass(frozen=True)
class Usable:
    """The modes that somebody holds, apart by whether one can sign in with them now.

    :ivar modes: in the order of the settings, those that only restore access included. :ivar suspended: all of what is
        held is, or a stage that comes before. :ivar alone: not suspended themselves, whatever must come before them.
    """

    modes: Sequence[AuthMode]
    suspended: Sequence[AuthMode]
    alone: Sequence[AuthMode]


def usable_of(
    registry: Registry, session: Session, subject: str, *, without: str = "", stopped: Iterable[tuple[str, str]] = ()
) -> Usable:
    """Return what a person can use on this portal today.

    :param without: reference of a credential that is lost: a mode that holds nothing else is left out.
    :param stopped: pairs of mode and reference that are about to be suspended.
    """
    now = current_time(registry)
    alone: list[AuthMode] = []
    suspended: list[AuthMode] = []
    account = find(registry, IAccounts).by_subject(session, subject)
    barred = mail_code_barred(account, now)
    pending = find(registry, IPendingDevices).of(session, subject)
    frozen = {(one.mode, one.reference) for one in find(registry, SuspendedFactors).of(session, subject)} | {*stopped}
    for mode in modes_of(registry).all():
        if not mode.usable_by(session, subject):
            continue
        holder = modes_of(registry).get(mode.rests_on) if mode.rests_on else mode
        waiting = pending.get(holder.name, frozenset()) if holder is not None else frozenset()
        references = _references(session, subject, holder)
        confirmed = [each for each in references if each not in waiting and each != without]
        if references and not confirmed:
            continue
        blocked = {reference for _, reference in frozen if reference}
        refused = (mode.name, "") in frozen or (barred and Factor.MAILBOX in mode.factors)
        if refused or (references and all(each in blocked for each in confirmed)):
            suspended.append(mode)
        else:
            alone.append(mode)
    proven = {factor for mode in alone if not mode.after for factor in mode.factors}
    admitted = [mode for mode in (*alone, *suspended) if mode.restores or is_admitted(registry, mode, now)]
    whole = [mode for mode in alone if mode in admitted and mode.after <= proven]
    return Usable(whole, [mode for mode in admitted if mode not in whole], alone)


def _references(session: Session, subject: str, holder: AuthMode | None) -> Sequence[str]:
    if holder is None or Capability.ENROLS not in holder.capabilities:
        return ()
    return [held.reference for held in holder.credentials(session, subject)]

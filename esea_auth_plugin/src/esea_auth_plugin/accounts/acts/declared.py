"""Acts on accounts that packages declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

#: carry_out(registry, session, target, values, by) -> the message to show. Raises PortalError when it is not possible.
CarryOut = Callable[[Any, Session, str, Mapping[str, str], str], str]
Accounts = Callable[[Any, Session, str], Sequence[str]]


def _itself(registry: Any, session: Session, target: str) -> Sequence[str]:
    return (target,)


@dataclass(frozen=True, slots=True)
class AccountAct:
    """One act of the support.

    :ivar title: French infinitive, « Suspendre le compte ». :ivar labels: French names of the values, for the page.
    :ivar own: what to tell whoever tries it on their own account.
    :ivar accounts: subjects of the accounts that the act on a target concerns; the target itself by default.
    """

    name: str
    title: str
    carry_out: CarryOut
    labels: Mapping[str, str]
    own: str = "Vous ne pouvez pas agir sur votre propre compte : une autre personne de l'équipe doit s'en occuper."
    accounts: Accounts = _itself


def acts_of(source: Any) -> dict[str, AccountAct]:
    """Return the declared acts by name, of this request, configurator or registry."""
    registry = getattr(source, "registry", source)
    found: dict[str, AccountAct] | None = getattr(registry, "_esea_account_acts", None)
    if found is None:
        found = registry._esea_account_acts = {}
    return found


def add_account_act(config: Any, act: AccountAct) -> None:
    """Directive ``config.add_account_act(act)``."""
    introspectable = config.introspectable("esea account acts", act.name, act.title, "account act")
    config.action(
        ("esea-account-act", act.name),
        lambda: acts_of(config).__setitem__(act.name, act),
        introspectables=(introspectable,),
    )

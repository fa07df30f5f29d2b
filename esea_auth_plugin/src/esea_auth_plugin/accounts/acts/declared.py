"""Acts on accounts that packages declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ...pyramid_types import Configurator, Registry, RegistryStore

#: carry_out(registry, session, target, values, by) -> the message to show. Raises PortalError when it is not possible.
CarryOut = Callable[[Any, Session, str, Mapping[str, str], str], str]
_NOT_NOTIFIED = "La personne n’est pas prévenue par courriel."
Accounts = Callable[[Any, Session, str], Sequence[str]]


def _itself(registry: Registry, session: Session, target: str) -> Sequence[str]:
    return (target,)


@dataclass(frozen=True, slots=True)
class AccountAct:
    """One act of the support.

    :ivar title: French infinitive, « Suspendre le compte ». :ivar labels: French names of the values, for the page.
    :ivar noun: what is proposed and confirmed, after a verb: « la suspension ».
    :ivar own: what to tell whoever tries it on their own account.
    :ivar notified: whether the act sends the person an e-mail; ``None`` for an act on something else than an account.
    :ivar accounts: subjects of the accounts that the act on a target concerns; the target itself by default.
    """

    name: str
    title: str
    carry_out: CarryOut
    labels: Mapping[str, str]
    noun: str = "cette action"
    own: str = "Vous ne pouvez pas agir sur votre propre compte : une autre personne de l'équipe doit s'en occuper."
    accounts: Accounts = _itself
    notified: bool | None = False

    def perform(self, registry: Registry, session: Session, target: str, values: Mapping[str, str], by: str) -> str:
        """Carry the act out; return its message, which says so if the person receives no e-mail about it.

        :raises PortalError: it is not possible now.
        """
        message = self.carry_out(registry, session, target, values, by)
        return f"{message} {_NOT_NOTIFIED}" if self.notified is False else message


#: The declared acts by name.
acts_of = RegistryStore("esea.account_acts", dict[str, AccountAct])


def add_account_act(config: Configurator, act: AccountAct) -> None:
    """Directive ``config.add_account_act(act)``."""
    introspectable = config.introspectable("esea account acts", act.name, act.title, "account act")
    config.action(
        ("esea-account-act", act.name),
        lambda: acts_of(config).__setitem__(act.name, act),
        introspectables=(introspectable,),
    )

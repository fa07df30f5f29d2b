"""What the support may do to one account, beside its rights: suspend, reactivate, lift what blocks a sign-in."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ..accounts.acts.declared import AccountAct
from ..authentication.credentials.suspension import CONTESTED, SuspendedFactors
from ..errors import PortalError
from ..events import AccountClosed
from ..interfaces import AccountState, AccountView, IAccounts, IFirstLinks, IOutbox
from ..pyramid_types import Registry
from ..services import find, offers

REASON = {"reason": "Motif"}


class NotPossible(PortalError):
    """The account's state does not allow the act (any more)."""

    code = "account.act_not_possible"
    status = 409

    def __init__(self) -> None:
        super().__init__("Cette action n’est pas possible dans l’état actuel du compte.")


def _suspend(registry: Registry, session: Session, subject: str, values: Mapping[str, str], by: str) -> str:
    accounts = find(registry, IAccounts)
    if not accounts.set_state(session, subject, AccountState.SUSPENDED, reason=values["reason"], by=by):
        raise NotPossible
    return (
        "Le compte est suspendu ; ses sessions sont fermées et ses droits d’accès n’ouvrent plus rien. La personne est "
        "prévenue par courriel."
    )


def _reactivate(registry: Registry, session: Session, subject: str, values: Mapping[str, str], by: str) -> str:
    """Open a suspended account again; one that is only pending is opened by its own confirmation."""
    accounts = find(registry, IAccounts)
    account = accounts.by_subject(session, subject)
    if account is None or account.state is not AccountState.SUSPENDED:
        raise NotPossible
    if not accounts.set_state(session, subject, AccountState.ACTIVE, reason="reactivated", by=by):
        raise NotPossible
    _tell(registry, session, account, "reactivated")
    return "Le compte est de nouveau actif, avec les droits d’accès qu’il avait. La personne est prévenue par courriel."


def tell_suspended(registry: Registry, event: AccountClosed) -> None:
    """Subscriber: whoever suspends an account, its person is told why and what to do (CGU, section 8)."""
    account = find(registry, IAccounts).by_subject(event.session, event.subject) if event.suspended else None
    if account is not None:
        _tell(registry, event.session, account, "suspended", reason=event.reason)


def _tell(registry: Registry, session: Session, account: AccountView, message: str, **values: str) -> None:
    name = account.display_name or account.identifier
    find(registry, IOutbox).post(session, f"support.{message}", to=account.email, values={"name": name, **values})


def _restore_mail_codes(registry: Registry, session: Session, subject: str, values: Mapping[str, str], by: str) -> str:
    accounts = find(registry, IAccounts)
    account = accounts.by_subject(session, subject)
    if account is not None and account.mail_code_barred_until is not None:
        accounts.bar_mail_code(session, subject, None, by=by)
    return "Les codes par courriel sont rétablis."


def _lift_factors(registry: Registry, session: Session, subject: str, values: Mapping[str, str], by: str) -> str:
    """Lift what a contest froze. What a first link suspended waits for the person's own answer."""
    frozen = find(registry, SuspendedFactors)
    contested = [one for one in frozen.of(session, subject) if one.reason == CONTESTED]
    if not [one for one in contested if frozen.lift(session, subject, one.mode, one.reference, by=by)]:
        raise NotPossible
    if offers(registry, IFirstLinks):
        # A factor that was contested before the first link waits for the person's answer from now on, like the rest.
        find(registry, IFirstLinks).suspend(session, subject)
    return "Les moyens de connexion sont débloqués."


SUSPEND, REACTIVATE, MAIL_CODES, LIFT = "suspend", "reactivate", "restore_mail_codes", "lift_factors"
ACTS = (
    AccountAct(
        SUSPEND,
        "Suspendre le compte",
        _suspend,
        REASON,
        noun="la suspension",
        own="Vous ne pouvez pas suspendre votre propre compte.",
        notified=True,
    ),
    AccountAct(REACTIVATE, "Réactiver le compte", _reactivate, {}, noun="la réactivation", notified=True),
    AccountAct(
        MAIL_CODES, "Rétablir les codes par courriel", _restore_mail_codes, {}, noun="le rétablissement des codes"
    ),
    AccountAct(LIFT, "Débloquer les moyens de connexion", _lift_factors, {}, noun="le déblocage"),
)

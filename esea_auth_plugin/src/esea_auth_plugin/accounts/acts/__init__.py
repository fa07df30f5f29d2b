"""Acts of the support on an account: done at once, or proposed to a second reviewer if the account holds a role.

One reviewer alone must not be able to suspend a colleague, to give them rights or to lift what protects their account,
and nobody acts on an account that may be their own second one. Packages declare their acts with
``config.add_account_act``; pages call :meth:`AccountActs.ask` and nothing else.
"""

from __future__ import annotations

from ...pyramid_types import Configurator
from .declared import AccountAct, add_account_act
from .kind import AccountActKind
from .service import AccountActs, Answer, answer, identity_checked

__all__ = ["AccountAct", "AccountActs", "Answer", "answer", "identity_checked", "includeme"]


def includeme(config: Configurator) -> None:
    """Publish the service and the directive, and bring the kind of request."""
    config.add_directive("add_account_act", add_account_act)
    config.add_service(AccountActs, AccountActs)
    config.add_audit_action("account.act_refused", "Action sur un compte refusée")
    for message in ("confirmed", "refused"):
        config.add_email(f"account_act.{message}", f"esea_auth_plugin:accounts/acts/emails/{message}")
    config.add_request_kind(AccountActKind())

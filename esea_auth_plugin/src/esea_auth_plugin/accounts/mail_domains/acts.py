"""What the support decides of a mail domain, as acts that may need a second reviewer.

Whose mailbox is believed decides who may recover an account: it is an act on each account of the domain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from ...errors import PortalError
from ...interfaces import IMailboxes
from ...pyramid_types import Registry
from ...services import find
from ..acts import AccountAct
from .service import DomainStatus, MailDomains


def _approve(registry: Registry, session: Session, domain: str, values: Mapping[str, str], by: str) -> str:
    count = find(registry, MailDomains).approve(session, _status(registry, session, domain), by=by)
    return f"{domain} est reconnu. Adresses de nouveau vérifiées : {count}."


def _reject(registry: Registry, session: Session, domain: str, values: Mapping[str, str], by: str) -> str:
    count = find(registry, MailDomains).reject(session, _status(registry, session, domain), by=by)
    return f"Les adresses de {domain} ne sont plus vérifiées. Comptes concernés : {count}."


def _status(registry: Registry, session: Session, domain: str) -> DomainStatus:
    found = find(registry, MailDomains).one(session, domain)
    if found is None:
        raise PortalError("Plus aucun compte n’a d’adresse de ce domaine.", code="mail_domain.gone")
    return found


def _accounts(registry: Registry, session: Session, domain: str) -> Sequence[str]:
    return find(registry, IMailboxes).subjects(session, domain)


APPROVE = AccountAct(
    "vouch_domain",
    "Reconnaître un domaine de messagerie",
    _approve,
    {},
    noun="la reconnaissance du domaine",
    accounts=_accounts,
    notified=None,
)
REJECT = AccountAct(
    "disown_domain",
    "Ne plus croire un domaine de messagerie",
    _reject,
    {},
    noun="le retrait de la confiance",
    accounts=_accounts,
    notified=None,
)

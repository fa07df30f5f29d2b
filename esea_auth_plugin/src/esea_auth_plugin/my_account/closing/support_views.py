"""The support opens an account again that its owner closed, once identity was checked."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config
from sqlalchemy.orm import Session

from ...accounts.acts import AccountAct, answer, identity_checked
from ...accounts.resources import SupportAccountResource
from ...errors import PortalError
from ...interfaces import IAccounts, IClosings
from ...pyramid_types import PortalRequest, Registry
from ...services import find


@view_config(
    context=SupportAccountResource, name="rouvrir", request_method="POST", permission="esea.support.accounts.act"
)
def reopened(context: SupportAccountResource, request: PortalRequest) -> HTTPSeeOther:
    """Open it again within the thirty days."""
    account = find(request, IAccounts).by_subject(request.dbsession, context.__name__)
    if account is None:
        raise HTTPNotFound
    if not identity_checked(request):
        return HTTPSeeOther(context.path)
    return answer(request, REOPEN.name, account.subject, {}, back=context.path)


def _reopen(registry: Registry, session: Session, subject: str, values: Mapping[str, str], by: str) -> str:
    account = find(registry, IAccounts).by_subject(session, subject)
    if account is None or not find(registry, IClosings).reopen(session, account, by=by):
        raise PortalError("Ce compte ne peut plus être rouvert.", code="account.act_not_possible")
    return "Le compte est rouvert. Ses droits d’accès sont à redemander. Un courriel en prévient la personne."


REOPEN = AccountAct("reopen", "Rouvrir le compte", _reopen, {}, noun="la réouverture", notified=True)

"""The support opens an account again that its owner closed, once identity was checked."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config

from ...accounts.resources import IAccountOfDesk
from ...interfaces import IAccounts, IClosings
from ...services import find


@view_config(context=IAccountOfDesk, name="rouvrir", request_method="POST", permission="esea.support.accounts.act")
def reopened(context: Any, request: Any) -> HTTPSeeOther:
    """Open it again within the thirty days."""
    account = find(request, IAccounts).by_subject(request.dbsession, context.__name__)
    if account is None:
        raise HTTPNotFound
    if request.POST.get("identite_verifiee") != "oui":
        request.flash("Cochez que vous avez vérifié l’identité de la personne.", "warning")
    elif find(request, IClosings).reopen(request.dbsession, account, by=request.identity.subject):
        request.flash("Le compte est rouvert. Ses droits d’accès sont à redemander.")
    else:
        request.flash("Ce compte ne peut plus être rouvert.", "warning")
    return HTTPSeeOther(context.path)

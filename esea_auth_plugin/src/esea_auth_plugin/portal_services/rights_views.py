"""`/support/comptes/SUBJECT/droits`: the rights of one account, given and withdrawn by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import colander
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config

from ..accounts.acts import AccountActs, Answer
from ..accounts.acts.service import record_refusal
from ..errors import PortalError
from ..foundation.forms import Button, ChoiceNode, DayNode, Invalid, PortalForm, TextNode
from ..interfaces import AccountState, AccountView, IAccounts, ICatalogue
from ..pyramid_types import PortalRequest, TemplateValues, ViewResult
from ..services import find
from .resources import RightsResource
from .rights import Right, Rights
from .rights_acts import GIVE, WITHDRAW

_TEMPLATE = "esea_auth_plugin:portal_services/templates/rights.jinja2"
_SEE, _ACT = "esea.support.rights", "esea.support.rights.act"


@view_config(context=RightsResource, request_method="GET", permission=_SEE, renderer=_TEMPLATE)
def rights(context: RightsResource, request: PortalRequest) -> TemplateValues:
    """Show what the person may open, what ended and why, and the two acts."""
    return _page(context, request, _account(context, request))


@view_config(context=RightsResource, name="donner", request_method="POST", permission=_ACT, renderer=_TEMPLATE)
def given(context: RightsResource, request: PortalRequest) -> ViewResult:
    """Give a right."""
    account, form = _account(context, request), _giving(context, request)
    try:
        typed = form.validate()
        until = typed["jusqu_au"].isoformat() if typed["jusqu_au"] is not None else ""
        values = {"service": typed["service"], "motif": typed["motif"], "jusqu_au": until}
        done = _asked(request, form, GIVE.name, account, values)
    except Invalid as invalid:
        return _page(context, request, account, giving=invalid.form_html)
    done.show(request)
    return HTTPSeeOther(context.path)


@view_config(context=RightsResource, name="retirer", request_method="POST", permission=_ACT, renderer=_TEMPLATE)
def withdrawn(context: RightsResource, request: PortalRequest) -> ViewResult:
    """End a right now."""
    account, all_rights = _account(context, request), Rights(request.registry)
    held, _ = all_rights.of(request.dbsession, account.subject)
    form = _withdrawing(context, request, held)
    try:
        typed = form.validate()
        values = {"service": typed["droit"], "motif": typed["raison"]}
        done = _asked(request, form, WITHDRAW.name, account, values)
    except Invalid as invalid:
        return _page(context, request, account, withdrawing=invalid.form_html)
    done.show(request)
    return HTTPSeeOther(context.path)


def _asked(
    request: PortalRequest, form: PortalForm, act: str, account: AccountView, values: Mapping[str, str]
) -> Answer:
    """Carry the act out, or propose it to a second reviewer; a refusal is told above the form."""
    try:
        with request.dbsession.begin_nested():
            acts = find(request, AccountActs)
            return acts.ask(request.dbsession, act, account.subject, values, by=request.identity.subject)
    except PortalError as refused:
        record_refusal(request, act, account.subject, refused)
        raise form.refuse(refused.message) from refused


def _account(context: RightsResource, request: PortalRequest) -> AccountView:
    account = find(request, IAccounts).by_subject(request.dbsession, context.subject)
    if account is None:
        raise HTTPNotFound
    return account


def _reason(name: str, example: str) -> Any:
    return TextNode(
        name=name,
        title="Motif",
        min_length=5,
        max_length=200,
        help=f"{example} Ce motif est envoyé à la personne et gardé dans le journal.",
    )


def _giving(context: RightsResource, request: PortalRequest) -> PortalForm:
    services = [(service.slug, service.title) for service in find(request, ICatalogue).all()]
    schema = colander.SchemaNode(colander.Mapping())
    schema.add(ChoiceNode(name="service", title="Service", values=services))
    schema.add(_reason("motif", "Par exemple : remplacement du chef de service jusqu'à fin mars."))
    schema.add(
        DayNode(
            name="jusqu_au",
            title="Dernier jour",
            missing=None,
            help="JJ/MM/AAAA, ce jour compris. Sans date, le droit dure jusqu'à son retrait.",
        )
    )
    return PortalForm(
        schema, request, submit=[("donner", "Donner ce droit")], action=f"{context.path}/donner", form_id="donner"
    )


def _withdrawing(context: RightsResource, request: PortalRequest, held: Sequence[Right]) -> PortalForm:
    schema = colander.SchemaNode(colander.Mapping())
    schema.add(ChoiceNode(name="droit", title="Droit à retirer", values=[(one.service, one.title) for one in held]))
    schema.add(_reason("raison", "Par exemple : départ de l'établissement."))
    return PortalForm(
        schema,
        request,
        submit=[Button("retirer", "Retirer ce droit", "danger")],
        action=f"{context.path}/retirer",
        form_id="retirer",
    )


def _page(
    context: RightsResource,
    request: PortalRequest,
    account: AccountView,
    *,
    giving: object = None,
    withdrawing: object = None,
) -> TemplateValues:
    held, ended = Rights(request.registry).of(request.dbsession, account.subject)
    return {
        "place": context,
        "account": account,
        "held": held,
        "ended": ended,
        "giving": giving or _giving(context, request).render(),
        "withdrawing": withdrawing or _withdrawing(context, request, held).render(),
        "active": account.state is AccountState.ACTIVE,
        "own": account.subject == request.identity.subject,
    }

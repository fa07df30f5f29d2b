"""Accounts for the support: a searched list, and one account with its state, roles, grants and sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config

from ..accounts.acts import AccountActs, answer, identity_checked
from ..accounts.attributes import KINDS, shown
from ..accounts.call_back import CHECKED_BY, checked_by, told_of
from ..accounts.directory import PAGE_SIZE, find_accounts
from ..accounts.forms import SuspensionSchema
from ..accounts.resources import SupportAccountResource, SupportAccountsResource
from ..authentication.credentials.suspension import CONTESTED
from ..authentication.credentials.suspension.naming import named
from ..foundation.forms import Button, Invalid, PortalForm
from ..foundation.reviews.declared import kinds_of_board
from ..interfaces import (
    AccountState,
    AccountView,
    IAccounts,
    ICatalogue,
    IClosings,
    IGrants,
    IReviews,
    IRoles,
    IRoleSuspensions,
    ISessions,
    ReviewView,
    RoleHeld,
)
from ..pyramid_types import PortalRequest, TemplateValues, ViewResult
from ..services import find, offers
from .account_acts import LIFT, MAIL_CODES, REACTIVATE, SUSPEND

_TEMPLATES = "esea_auth_plugin:support/templates"
STATE_WORDS = {
    AccountState.PENDING: "En attente de confirmation",
    AccountState.ACTIVE: "Actif",
    AccountState.SUSPENDED: "Suspendu",
    AccountState.CLOSED: "Fermé",
}


@view_config(
    context=SupportAccountsResource,
    request_method="GET",
    permission="esea.support.accounts",
    renderer=f"{_TEMPLATES}/accounts.jinja2",
)
def accounts_list(context: SupportAccountsResource, request: PortalRequest) -> TemplateValues:
    """List the accounts that match, youngest first."""
    words = request.GET.get("q", "")[:200]
    page = request.GET.get("page", "1")
    number = int(page) if page.isdecimal() and len(page) < 5 else 1
    found, total = find_accounts(request.registry, request.dbsession, words, max(1, number))
    return {
        "accounts": found,
        "total": total,
        "words": words,
        "page": max(1, number),
        "pages": max(1, -(-total // PAGE_SIZE)),
        "states": STATE_WORDS,
    }


@view_config(
    context=SupportAccountResource,
    request_method="GET",
    permission="esea.support.accounts",
    renderer=f"{_TEMPLATES}/account.jinja2",
)
def account_page(context: SupportAccountResource, request: PortalRequest) -> TemplateValues:
    """Show one account."""
    return _page(context, request, _roles(context, request))


@view_config(
    context=SupportAccountResource,
    name="suspendre",
    request_method="GET",
    permission="esea.support.accounts",
    renderer=f"{_TEMPLATES}/suspend.jinja2",
)
def suspension_page(context: SupportAccountResource, request: PortalRequest) -> ViewResult:
    """Say what a suspension does before it is done."""
    account, roles = _account(context, request), _roles(context, request)
    if account.state is not AccountState.ACTIVE or account.subject == request.identity.subject:
        return HTTPSeeOther(context.path)
    return _suspension_page(context, request, account, roles, _suspension(context, request, roles).render())


def _suspension_page(
    context: SupportAccountResource,
    request: PortalRequest,
    account: AccountView,
    roles: Sequence[RoleHeld],
    form_html: object,
) -> TemplateValues:
    services = _service_titles(request, account.subject)
    return {"account": account, "place": context, "services": services, "proposes": bool(roles), "form": form_html}


@view_config(
    context=SupportAccountResource,
    name="suspendre",
    request_method="POST",
    permission="esea.support.accounts.act",
    renderer=f"{_TEMPLATES}/suspend.jinja2",
)
def suspended(context: SupportAccountResource, request: PortalRequest) -> ViewResult:
    """Suspend an account: its sessions and codes end, and its grants are held, in the same transaction."""
    account = _account(context, request)
    roles = _roles(context, request)
    form = _suspension(context, request, roles)
    try:
        reason = form.validate()["reason"]
        if account.subject == request.identity.subject:
            raise form.refuse("Vous ne pouvez pas suspendre votre propre compte.")
    except Invalid as invalid:
        return _suspension_page(context, request, account, roles, invalid.form_html)
    return answer(request, SUSPEND, account.subject, {"reason": reason}, back=context.path)


@view_config(
    context=SupportAccountResource, name="reactiver", request_method="POST", permission="esea.support.accounts.act"
)
def reactivated(context: SupportAccountResource, request: PortalRequest) -> HTTPSeeOther:
    """Open a suspended account again."""
    return answer(request, REACTIVATE, _account(context, request).subject, {}, back=context.path)


@view_config(
    context=SupportAccountResource, name="codes", request_method="POST", permission="esea.support.accounts.act"
)
def mail_code_restored(context: SupportAccountResource, request: PortalRequest) -> HTTPSeeOther:
    """Lift what bars mailed codes after a password reset, once the person's identity was checked."""
    account = _account(context, request)
    if not identity_checked(request):
        return HTTPSeeOther(context.path)
    return answer(request, MAIL_CODES, account.subject, {}, back=context.path)


@view_config(
    context=SupportAccountResource, name="debloquer", request_method="POST", permission="esea.support.accounts.act"
)
def factors_lifted(context: SupportAccountResource, request: PortalRequest) -> HTTPSeeOther:
    """Accept again what « Ce n'était pas moi » froze, once the person's identity was checked; never one's own."""
    account = _account(context, request)
    if not identity_checked(request):
        return HTTPSeeOther(context.path)
    return answer(request, LIFT, account.subject, {}, back=context.path)


def _account(context: SupportAccountsResource | SupportAccountResource, request: PortalRequest) -> AccountView:
    account = find(request, IAccounts).by_subject(request.dbsession, context.__name__)
    if account is None:
        raise HTTPNotFound
    return account


def _roles(context: SupportAccountsResource | SupportAccountResource, request: PortalRequest) -> Sequence[RoleHeld]:
    return find(request, IRoles).granted(request.dbsession, context.__name__)


def _suspension(
    context: SupportAccountsResource | SupportAccountResource, request: PortalRequest, roles: Sequence[RoleHeld]
) -> PortalForm:
    label = "Proposer la suspension" if roles else "Suspendre le compte"
    submit = (Button("suspendre", label, "danger"),)
    return PortalForm(SuspensionSchema(), request, submit=submit, cancel=("Ne pas suspendre", context.path))


def _page(
    context: SupportAccountsResource | SupportAccountResource,
    request: PortalRequest,
    roles: Sequence[RoleHeld],
) -> TemplateValues:
    session, account = request.dbsession, _account(context, request)
    told = told_of(request.registry, session, account)
    suspensions, me = find(request, IRoleSuspensions), request.identity.subject
    suspension = suspensions.of(session, account.subject)
    not_restored = suspensions.why_not(session, account.subject, by=me) if suspension is not None else None
    return {
        "account": account,
        "place": context,
        "state_word": STATE_WORDS[account.state],
        # Day and month of birth are there to be compared with what the caller says.
        "facts": [
            (kind.label, shown(name, told[name][0]))
            for name, kind in KINDS.items()
            if name in told and name not in CHECKED_BY
        ],
        "checked_by": checked_by(request.registry, account, told),
        "roles": roles,
        # Acts on an account without a role are done at once.
        "waiting": find(request, AccountActs).waiting(session, account.subject) if roles else {},
        "suspension": suspension,
        "not_restored": not_restored.message if not_restored is not None else "",
        "services": _service_titles(request, account.subject),
        "sessions": find(request, ISessions).of_subject(session, account.subject),
        "requests": _requests(request, account),
        "reopen_until": _reopen_until(request, account),
        "frozen": (frozen := named(request.registry, session, account.subject)),
        "contested": [(one, title) for one, title in frozen if one.reason == CONTESTED],
        "own": account.subject == request.identity.subject,
    }


def _service_titles(request: PortalRequest, subject: str) -> list[str]:
    catalogue = find(request, ICatalogue)
    slugs = sorted(find(request, IGrants).services_of(request.dbsession, subject))
    return [found.title if (found := catalogue.get(slug)) else slug for slug in slugs]


def _requests(request: PortalRequest, account: AccountView) -> list[tuple[ReviewView, str]]:
    """Return the latest requests of a person, each with its page on this review board, ``""`` on another team's."""
    found = find(request, IReviews).of_author(request.dbsession, account.subject)[:20]
    queues = {kind.name: kind.queue for kind in kinds_of_board(request, "support")}
    return [(one, f"/support/{queues[one.kind]}/{one.reference}" if one.kind in queues else "") for one in found]


def _reopen_until(request: PortalRequest, account: AccountView) -> datetime | None:
    """Return until when an account that its owner closed may be opened again."""
    if account.state is not AccountState.CLOSED or not offers(request, IClosings):
        return None
    closing = find(request, IClosings).live(request.dbsession, account.subject)
    return closing.erase_at if closing is not None else None

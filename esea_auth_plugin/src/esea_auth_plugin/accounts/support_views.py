"""Accounts for the support: a searched list, and one account with its state, roles, grants and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config

from ..auth_modes.freezing import CONTESTED
from ..auth_modes.freezing.naming import named
from ..forms import Invalid, PortalForm
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
)
from ..reviews.declared import kinds_of_desk
from ..services import find, offers
from .acts import answer
from .acts.support import LIFT, MAIL_CODES, REACTIVATE, SUSPEND
from .attributes import KINDS, shown
from .call_back import CHECKED_BY, checked_by, told_of
from .directory import PAGE_SIZE, find_accounts
from .forms import SuspensionSchema
from .resources import IAccountOfDesk, IAccountsDesk

_TEMPLATES = "esea_auth_plugin:accounts/templates"
STATE_WORDS = {
    AccountState.PENDING: "En attente de confirmation",
    AccountState.ACTIVE: "Actif",
    AccountState.SUSPENDED: "Suspendu",
    AccountState.CLOSED: "Fermé",
}


@view_config(
    context=IAccountsDesk,
    request_method="GET",
    permission="esea.support.accounts",
    renderer=f"{_TEMPLATES}/support_list.jinja2",
)
def accounts_list(context: Any, request: Any) -> dict[str, Any]:
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
    context=IAccountOfDesk,
    request_method="GET",
    permission="esea.support.accounts",
    renderer=f"{_TEMPLATES}/support_account.jinja2",
)
def account_page(context: Any, request: Any) -> dict[str, Any]:
    """Show one account."""
    return _page(context, request, _suspension(request, context).render())


@view_config(context=IAccountOfDesk, name="suspendre", request_method="POST", permission="esea.support.accounts.act",
             renderer=f"{_TEMPLATES}/support_account.jinja2")  # fmt: skip
def suspended(context: Any, request: Any) -> Any:
    """Suspend an account: its sessions, codes and grants end in the same transaction."""
    account = _account(context, request)
    form = _suspension(request, context)
    try:
        reason = form.validate()["reason"]
        if account.subject == request.identity.subject:
            raise form.refuse("Vous ne pouvez pas suspendre votre propre compte.")
    except Invalid as invalid:
        return _page(context, request, invalid.form_html)
    return answer(request, SUSPEND, account.subject, {"reason": reason}, back=context.path)


@view_config(context=IAccountOfDesk, name="reactiver", request_method="POST", permission="esea.support.accounts.act")
def reactivated(context: Any, request: Any) -> HTTPSeeOther:
    """Open a suspended account again."""
    return answer(request, REACTIVATE, _account(context, request).subject, {}, back=context.path)


@view_config(context=IAccountOfDesk, name="codes", request_method="POST", permission="esea.support.accounts.act")
def mail_code_restored(context: Any, request: Any) -> HTTPSeeOther:
    """Lift what bars mailed codes after a password reset, once the person's identity was checked."""
    account = _account(context, request)
    if not identity_checked(request):
        return HTTPSeeOther(context.path)
    return answer(request, MAIL_CODES, account.subject, {}, back=context.path)


@view_config(context=IAccountOfDesk, name="debloquer", request_method="POST", permission="esea.support.accounts.act")
def factors_lifted(context: Any, request: Any) -> HTTPSeeOther:
    """Accept again what « Ce n'était pas moi » froze, once the person's identity was checked; never one's own."""
    account = _account(context, request)
    if not identity_checked(request):
        return HTTPSeeOther(context.path)
    return answer(request, LIFT, account.subject, {}, back=context.path)


def identity_checked(request: Any) -> bool:
    """Tell whether the reviewer said that the person's identity was checked; if not, ask for it."""
    if request.POST.get("identite_verifiee") == "oui":
        return True
    request.flash("Cochez que vous avez vérifié l’identité de la personne.", "warning")
    return False


def _account(context: Any, request: Any) -> AccountView:
    account = find(request, IAccounts).by_subject(request.dbsession, context.__name__)
    if account is None:
        raise HTTPNotFound
    return account


def _suspension(request: Any, context: Any) -> PortalForm:
    return PortalForm(
        SuspensionSchema(), request, submit=(("suspendre", "Suspendre le compte"),), action=f"{context.path}/suspendre"
    )


def _page(context: Any, request: Any, form_html: Any) -> dict[str, Any]:
    session, account = request.dbsession, _account(context, request)
    catalogue = find(request, ICatalogue)
    told = told_of(request.registry, session, account)
    slugs = sorted(find(request, IGrants).services_of(session, account.subject))
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
        "roles": find(request, IRoles).granted(session, account.subject),
        "suspension": find(request, IRoleSuspensions).of(session, account.subject),
        "services": [found.title if (found := catalogue.get(slug)) else slug for slug in slugs],
        "sessions": find(request, ISessions).of_subject(session, account.subject),
        "requests": _requests(request, account),
        "reopen_until": _reopen_until(request, account),
        "frozen": (frozen := named(request.registry, session, account.subject)),
        "contested": [(one, title) for one, title in frozen if one.reason == CONTESTED],
        "form": form_html,
        "own": account.subject == request.identity.subject,
    }


def _requests(request: Any, account: AccountView) -> list[tuple[ReviewView, str]]:
    """Return the latest requests of a person, each with its page on this desk, ``""`` on another team's."""
    found = find(request, IReviews).of_author(request.dbsession, account.subject)[:20]
    queues = {kind.name: kind.queue for kind in kinds_of_desk(request, "support")}
    return [(one, f"/support/{queues[one.kind]}/{one.reference}" if one.kind in queues else "") for one in found]


def _reopen_until(request: Any, account: AccountView) -> datetime | None:
    """Return until when an account that its owner closed may be opened again."""
    if account.state is not AccountState.CLOSED or not offers(request, IClosings):
        return None
    closing = find(request, IClosings).live(request.dbsession, account.subject)
    return closing.erase_at if closing is not None else None

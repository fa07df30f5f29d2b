"""Adding a telephone, the telephone's side: the number pairs it, and it makes a key that the workstation will keep."""

from __future__ import annotations

from ...foundation.database import lock_accounts
from ...interfaces import AccountView, IAccounts, IAuditTrail, IPasskeys
from ...pyramid_types import PortalRequest, TemplateValues
from ...services import find
from . import phone
from .adding import purpose
from .service import PAIRED, WRONG, QrRequests, Request

_NO_KEY = "Le téléphone n’a pas encore créé sa clé. Appuyez de nouveau sur « Créer la clé »."


def offered(context: object, request: PortalRequest, found: Request) -> TemplateValues:
    """Return what the telephone shows first: for whom, and the number to type."""
    return {**phone.asked(context, request, found), "for_whom": _for_whom(_account(request, found))}


def paired(
    context: object, request: PortalRequest, found: Request, number: str | None
) -> tuple[str, dict[str, object]]:
    """Pair this telephone by the number and offer to make the key; return template and values."""
    account = _account(request, found)
    page = {**phone.asked(context, request, found), "for_whom": _for_whom(account)}
    if number is None:
        request.form_failed = True
        return phone.ADD, {**page, "problem": phone.EMPTY}
    browser = request.browser_digest
    lock_accounts(request, request.dbsession, found.subject)
    state = find(request, QrRequests).pair(request.dbsession, found, number, browser, phone.now_of(request))
    if state == WRONG:
        return phone.DONE, phone.done("wrong_add")
    if state != PAIRED or account is None:
        return phone.DONE, phone.gone(request)
    if found.state != PAIRED:
        _note(request, found)
    return phone.MAKE, _making(context, request, found, account)


def again(context: object, request: PortalRequest, found: Request) -> tuple[str, dict[str, object]]:
    """Offer to make the key once more: the form came without one, sent before the page's script was there."""
    account = _account(request, found)
    if account is None or found.phone != request.browser_digest:
        return phone.DONE, phone.gone(request)
    request.form_failed = True
    return phone.MAKE, {**_making(context, request, found, account), "problem": _NO_KEY}


def _making(context: object, request: PortalRequest, found: Request, account: AccountView) -> TemplateValues:
    offer = find(request, IPasskeys).registration_options(
        request.dbsession,
        subject=account.subject,
        name=account.identifier,
        display_name=account.display_name,
        browser=request.browser_digest,
        purpose=purpose(found.id),
    )
    return {
        **phone.asked(context, request, found),
        "for_whom": _for_whom(account),
        "offer": offer,
        "script": phone.SCRIPT,
        "problem": "",
    }


def _account(request: PortalRequest, found: Request) -> AccountView | None:
    return find(request, IAccounts).by_subject(request.dbsession, found.subject or "")


def _for_whom(account: AccountView | None) -> str:
    """Name the person enough for themselves; whoever reads the code over a shoulder learns little."""
    return f"{account.first_name} {account.last_name[:1]}." if account else ""


def _note(request: PortalRequest, found: Request) -> None:
    find(request, IAuditTrail).record(
        request.dbsession,
        "qr.phone_paired",
        target=found.subject,
        details={"request": found.id},
        personal={"address": request.client_address},
    )
